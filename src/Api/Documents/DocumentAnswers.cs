using Microsoft.Net.Http.Headers;
using Pipeline.Api.Headers;
using Pipeline.Api.Problems;
using Pipeline.Core.Documents;
using Pipeline.Core.Intake;
using Pipeline.Core.Results;

namespace Pipeline.Api.Documents;

/// <summary>Answers an accepted document: at once with 202, or when it is embedded with 200.</summary>
internal sealed class DocumentAnswers(DocumentStore documents, JobWaits waits, TimeProvider time)
{
    public async Task<IResult> AnswerAsync(HttpContext context, Submission submission, SubmissionReply.Accepted accepted, PreferHeader prefer)
    {
        var headers = context.Response.Headers;
        prefer.Confirm(headers);
        var id = accepted.JobIds[0];
        headers[HeaderNames.Location] = DocumentLinks.PathOf(id);
        if (!accepted.Replayed && prefer.Wait is null && submission.GroupWrite is DocumentWrite written)
        {
            var other = await documents.FindDuplicateAsync(submission.ClientId, id, context.RequestAborted);
            return Json(DocumentResource.Of(written.Document, other, time.GetUtcNow()), StatusCodes.Status202Accepted);
        }

        if (accepted.Replayed)
        {
            headers[IdempotencyKeyHeader.ReplayedName] = "true";
        }

        if (prefer.Wait is { } wait)
        {
            await waits.WaitAsync(submission.ClientId, [id], wait, context.RequestAborted);
        }

        if (await documents.FindAsync(submission.ClientId, id, context.RequestAborted) is not { } document)
        {
            return NotFound(id);
        }

        var isFinal = prefer.Wait is not null && document.State is DocumentState.Ready or DocumentState.Failed;
        return Json(DocumentResource.Of(document), isFinal ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    public static IResult Json(DocumentResource document, int status) => Results.Json(document, ApiJson.Wire.DocumentResource, statusCode: status);

    public static Problem NotFound(Guid id) =>
        new(ProblemType.DocumentNotFound, $"Document {id} does not exist, or belongs to another API key. GET /api/documents lists yours.");
}
