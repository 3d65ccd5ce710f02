using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Headers;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Steering;
using Pipeline.Core.Batches;
using Pipeline.Core.Clients;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Batches;

/// <summary><c>POST /api/jobs/batch</c> and <c>/api/batches</c>: many jobs as one request.</summary>
internal static class BatchesEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/jobs/batch", (HttpContext context, BatchSubmissions submissions) => submissions.SubmitAsync(context)).Describe(BatchesDocs.Submit);
        api.MapGet("/batches", ListAsync).Describe(BatchesDocs.List);
        api.MapGet("/batches/{id}", FindAsync).Describe(BatchesDocs.Find);
        api.MapGet("/batches/{id}/results", ReadAsync).Describe(BatchesDocs.Results);
        api.MapDelete("/batches/{id}", DeleteAsync).Describe(BatchesDocs.Cancel);
    }

    private static async Task<IResult> ListAsync(HttpContext context, BatchStore store, ClientStore clients, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var query = PageQuery.Read(context.Request, options.Value.PageLengthMax, errors, JobsDocs.ClientParameter);
        var (owner, forbidden) = await ChosenClient.FindAsync(context, clients, JobsDocs.ClientParameter, query.Filters[JobsDocs.ClientParameter], errors);
        if (forbidden is not null || errors.Any)
        {
            return forbidden ?? errors.ToProblem();
        }

        var (page, links) = query.PageOf(
            await store.ListAsync(owner, query.Before, query.Sought, context.RequestAborted),
            batch => BatchSummary.Of(batch, isOwn: owner == context.ClientId()),
            batch => batch.Id);
        return Results.Json(new BatchPageResource(page, links), ApiJson.Wire.BatchPageResource);
    }

    private static async Task<IResult> FindAsync(string id, HttpContext context, BatchStore store, ClientStore clients)
    {
        var (batchId, owner, refusal) = await ChosenClient.ReadAsync(id, context, clients);
        return refusal ?? (await store.FindAsync(owner, batchId, context.RequestAborted) is { } batch
            ? Results.Json(BatchResource.Of(batch) with { Client = owner == context.ClientId() ? null : batch.Client }, ApiJson.Wire.BatchResource)
            : NotFound(batchId));
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, BatchStore store, JobActions actions, AuditStore audit)
    {
        var errors = new InputErrors();
        var batchId = JobIds.Parse(id, errors);
        var erases = QueryParameters.Flag(context.Request.Query, JobsDocs.EraseParameter, errors) is true;
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (!erases)
        {
            return Answer(batchId, await store.CancelAsync(context.ClientId(), batchId, context.RequestAborted));
        }

        if (!await store.ExistsAsync(context.ClientId(), batchId, context.RequestAborted))
        {
            return NotFound(batchId);
        }

        // To cancel a batch of one's own is nobody else's business; an erasure cannot be undone.
        var entry = await audit.AddAsync(context.ClientId(), "eraseBatch", context.Request.Path, context.RequestAborted);

        // However many jobs it has, nobody waits for them.
        var answer = await actions.BeginAsync(context, entry, NewJobAction.Erasure(JobActionScope.Batch, context.ClientId()) with { BatchId = batchId });
        await audit.CompleteAsync(entry, StatusCodes.Status202Accepted, details: null, affected: null, context.RequestAborted);
        return answer;
    }

    private static async Task<IResult> ReadAsync(
        string id, HttpContext context, BatchStore store, IHostApplicationLifetime lifetime, IOptions<ApiOptions> options, TimeProvider time)
    {
        var errors = new InputErrors();
        var batchId = JobIds.Parse(id, errors);
        var after = ReadCursor(context.Request.Query, errors);
        var prefer = PreferHeader.Read(context.Request.Headers, options.Value.WaitMax, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (await store.ReadAsync(context.ClientId(), batchId, after, BatchResults.PageLength, context.RequestAborted) is not { } first)
        {
            return NotFound(batchId);
        }

        prefer.Confirm(context.Response.Headers);
        return new BatchResults(store, lifetime, time, context.ClientId(), batchId, first, after, prefer.Wait);
    }

    public static BatchCursor ReadCursor(IQueryCollection query, InputErrors errors)
    {
        const string After = "after";
        QueryParameters.RefuseUnknown(query, errors, After);
        if (query[After] is not [{ Length: > 0 } text])
        {
            return BatchCursor.Start;
        }

        if (BatchCursor.Parse(text) is { } cursor)
        {
            return cursor;
        }

        errors.Add(After, $"is \"{text}\", no cursor: send the \"cursor\" of the last line that was read.");
        return BatchCursor.Start;
    }

    private static IResult Answer(Guid id, BatchProgress? batch) =>
        batch is null ? NotFound(id) : Results.Json(BatchResource.Of(batch), ApiJson.Wire.BatchResource);

    private static Problem NotFound(Guid id) =>
        new(ProblemType.BatchNotFound, $"Batch {id} does not exist, or belongs to another API key. GET /api/batches lists yours.");
}
