using System.Text.Json;
using Pipeline.Api.Clients;
using Pipeline.Api.Events;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Jobs;
using Pipeline.Core.Responses;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary><c>/v1/responses</c>: chat jobs whose answers can be waited for, followed, come back to, and gone on from.</summary>
internal static class ResponsesEndpoints
{
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapPost("/responses", SubmitAsync).Describe(ResponsesDocs.Submit);
        v1.MapGet("/responses/{id}", FindAsync).Describe(ResponsesDocs.Find);
        v1.MapGet("/responses/{id}/input_items", InputAsync).Describe(ResponsesDocs.Input);
        v1.MapPost("/responses/{id}/cancel", CancelAsync).Describe(ResponsesDocs.Cancel);
        v1.MapDelete("/responses/{id}", DeleteAsync).Describe(ResponsesDocs.Delete);
    }

    public static IResult Answer(Job job, ResponseForm form) => JobFailure.Of(job) is { } problem ? problem : Json(ResponseResource.Of(job, form));

    public static IResult Json(ResponseResource response) => Results.Json(response, ResponsesJson.Wire.ResponseResource);

    private static Task<IResult> SubmitAsync(HttpContext context, JobSubmissions submissions, ResponseDraft draft) =>
        submissions.SubmitAsync(context, fields => draft.ParseAsync(fields, context));

    private static async Task<IResult> FindAsync(string id, HttpContext context, ResponseStore store, JobStreams streams)
    {
        var errors = new InputErrors();
        var after = ResponseStreamQuery.Read(context.Request.Query, errors);
        return errors.Any
            ? errors.ToProblem()
            : await UseAsync(id, context, store, response => Task.FromResult(after is { } last ? Follow(response, last, streams) : Json(Of(response))));
    }

    private static IResult Follow(StoredResponse response, int after, JobStreams streams)
    {
        var form = ResponseForm.Read(response.AnswerForm);
        if (!form.Background)
        {
            return Problem.Of(
                ProblemType.InvalidInput, ResponseStreamQuery.Stream, $"is true, but {ResponseResource.IdOf(response.Id)} was not asked for with \"background\": true.");
        }

        if (!streams.TryOpen(response.ClientId, response.Id, isNew: false, out var stream, out var full))
        {
            return full;
        }

        stream.Subscription.Observe(response);
        return new JobStreamResult(stream, new ResponseStream(response.Id, form, response.CreatedAt.ToUnixTimeSeconds(), after));
    }

    private static Task<IResult> InputAsync(string id, HttpContext context, ResponseStore store) => UseAsync(id, context, store, response =>
    {
        var input = JsonElement.Parse(response.Input);
        IReadOnlyList<JsonElement> items = input.ValueKind is JsonValueKind.Array
            ? [.. input.EnumerateArray()]
            : [JsonElement.Parse($$$"""{"type":"message","role":"user","content":[{"type":"input_text","text":{{{input.GetRawText()}}}}]}""")];
        return Task.FromResult(Results.Json(new ResponseInputPage(items), ResponsesJson.Wire.ResponseInputPage));
    });

    private static Task<IResult> CancelAsync(string id, HttpContext context, ResponseStore store, JobStore jobs) => UseAsync(id, context, store, async response =>
    {
        if (!ResponseForm.Read(response.AnswerForm).Background)
        {
            return Problem.Of(ProblemType.InvalidInput, "id", $"is {id}, which was not asked for with \"background\": true.");
        }

        // What has ended stays as it is.
        await jobs.CancelAsync(response.ClientId, response.Id, context.RequestAborted);
        return Json(Of((await store.FindAsync(response.ClientId, response.Id, context.RequestAborted))!));
    });

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, ResponseStore store) =>
        OpenAiIds.Parse(OpenAiIds.Response, id) is { } jobId && await store.DeleteAsync(context.ClientId(), jobId, context.RequestAborted)
            ? Results.Json(new ResponseDeleted(id), ResponsesJson.Wire.ResponseDeleted)
            : NotFound(id);

    private static async Task<IResult> UseAsync(string id, HttpContext context, ResponseStore store, Func<StoredResponse, Task<IResult>> use) =>
        OpenAiIds.Parse(OpenAiIds.Response, id) is { } jobId && await store.FindAsync(context.ClientId(), jobId, context.RequestAborted) is { } response
            ? await use(response)
            : NotFound(id);

    private static ResponseResource Of(StoredResponse response) => ResponseResource.Of(response, ResponseForm.Read(response.AnswerForm));

    private static Problem NotFound(string id) =>
        new(ProblemType.ResponseNotFound, $"Response {id} does not exist, was not stored, or belongs to another API key.");
}
