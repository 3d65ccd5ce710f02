using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Documents.Files;
using Pipeline.Api.Headers;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Api.Shares;
using Pipeline.Core.Documents;
using Pipeline.Core.Intake;

namespace Pipeline.Api.Documents;

/// <summary>The way of a document into the store: as JSON or as a file, under a key of the client or under none.</summary>
internal sealed class DocumentSubmissions(
    JobSubmissions submissions,
    DocumentStore documents,
    DocumentAnswers answers,
    DocumentUploads uploads,
    ParserTurns turns,
    IOptions<ApiOptions> options,
    IOptions<DocumentOptions> bounds,
    TimeProvider time)
{
    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(10);

    /// <param name="key">The client's own name of the document, whose place it takes; null: it stands for itself.</param>
    public async Task<IResult> SubmitAsync(HttpContext context, string? key)
    {
        if (await FullAsync(context, key) is { } full)
        {
            return full;
        }

        Answering answering = key is null ? answers.AnswerAsync : AnswerReplacedAsync;
        return UploadReader.Takes(context.Request)
            ? await uploads.ReadAsync(context, (root, file) => submissions.SubmitAsync(context, root, fields => DraftAsync(context, fields, file, key), answering))
            : await submissions.SubmitAsync(context, fields => DraftAsync(context, fields, file: null, key), answering);
    }

    private async Task<JobDraft?> DraftAsync(HttpContext context, BodyFields fields, FileText? file, string? key)
    {
        var draft = await turns.UseAsync(
            context.ClientId(), () => DocumentDraft.Parse(fields, file, key, options.Value, bounds.Value, time.GetUtcNow(), context.RequestAborted), context.RequestAborted);
        if (draft?.Document is not { Key: not null } document)
        {
            return draft;
        }

        // To put the same again changes nothing, unless it failed or is another user's now.
        var user = fields.TakeAny(UserTag.Field) is { ValueKind: JsonValueKind.String } tag ? tag.GetString() : null;
        return await documents.FindSameAsync(context.ClientId(), document, context.RequestAborted) is { State: not DocumentState.Failed } same && same.UserId == user
            ? draft with { Instead = Unchanged(same) }
            : draft;
    }

    private static IResult Unchanged(Document same) => DocumentAnswers.Json(
        DocumentResource.Of(same) with { Unchanged = true },
        same.State is DocumentState.Ready ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);

    /// <summary>Requests that arrive together may exceed the limits by as many as they are.</summary>
    private async Task<Problem?> FullAsync(HttpContext context, string? key)
    {
        var (clientId, cancelled) = (context.ClientId(), context.RequestAborted);
        var (most, waitingMost) = (bounds.Value.PerClientMax, bounds.Value.WaitingPerClientMax);
        var count = await documents.CountAsync(clientId, cancelled);
        if (count >= most && (key is null || await documents.FindByKeyAsync(clientId, key, cancelled) is null))
        {
            return new(ProblemType.DocumentsFull, $"You have {count} documents; Documents:PerClientMax is {most}. Delete some, or raise the limit.");
        }

        // No more wait than there are.
        return count < waitingMost || await documents.CountWaitingAsync(clientId, waitingMost, cancelled) < waitingMost
            ? null
            : new Problem(
                ProblemType.TooManyUploads,
                $"{waitingMost} of your documents wait for a worker, the limit of Documents:WaitingPerClientMax. Send more once some are ready, or raise the limit.")
            {
                RetryAfter = _retryAfter,
            };
    }

    /// <summary>Versions before it that were never ready are nobody's any more; the one that is ready stays until this one is.</summary>
    private async Task<IResult> AnswerReplacedAsync(HttpContext context, Submission submission, SubmissionReply.Accepted accepted, PreferHeader prefer)
    {
        if (!accepted.Replayed && submission.GroupWrite is DocumentWrite { Document: { Key: { } key } document })
        {
            foreach (var older in await documents.SupersededAsync(submission.ClientId, key, document.Id, all: false, context.RequestAborted))
            {
                await documents.DeleteAsync(submission.ClientId, older, context.RequestAborted);
            }
        }

        return await answers.AnswerAsync(context, submission, accepted, prefer);
    }
}
