using Microsoft.Extensions.Options;
using Pipeline.Api.Batches;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Headers;
using Pipeline.Api.Limits;
using Pipeline.Api.OpenApi;
using Pipeline.Api.OpenAi.Files;
using Pipeline.Api.Problems;
using Pipeline.Api.Webhooks;
using Pipeline.Core.FileBatches;
using Pipeline.Core.Files;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary><c>/v1/batches</c>: the lines of a file as jobs, with their answers in files.</summary>
internal static class FileBatchesEndpoints
{
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapPost("/batches", SubmitAsync).Describe(FileBatchesDocs.Submit);
        v1.MapGet("/batches", ListAsync).Describe(FileBatchesDocs.List);
        v1.MapGet("/batches/{id}", FindAsync).Describe(FileBatchesDocs.Find);
        v1.MapGet("/batches/{id}/output", ReadAsync).Describe(FileBatchesDocs.Output);
        v1.MapPost("/batches/{id}/cancel", CancelAsync).Describe(FileBatchesDocs.Cancel);
        v1.MapPost("/batches/{id}/retry", RetryAsync).Describe(FileBatchesDocs.Retry);
        v1.MapPost("/batches/{id}/pause", PauseAsync).Describe(FileBatchesDocs.Pause);
        v1.MapPost("/batches/{id}/resume", ResumeAsync).Describe(FileBatchesDocs.Resume);
    }

    private static Task<IResult> SubmitAsync(
        HttpContext context, BodyReader bodies, FileBatchDraft draft, FileStore files, FileBatchStore store, FileBatchChecks checks, Callbacks callbacks) =>
        bodies.ReadObjectAsync(context, async fields =>
        {
            var key = IdempotencyKeyHeader.Read(context.Request.Headers, fields.Errors);
            if (draft.Parse(fields, context.ClientId(), key) is not { } wanted)
            {
                return fields.Errors.ToProblem();
            }

            if (await callbacks.CheckAsync(wanted.ClientId, wanted.CallbackUrl, context.RequestAborted) is { } uncallable)
            {
                return uncallable;
            }

            var file = await files.FindAsync(wanted.ClientId, wanted.InputFileId, context.RequestAborted);
            if (file is not { Purpose: FilePurpose.Batch })
            {
                return Problem.Of(
                    ProblemType.InvalidInput,
                    "input_file_id",
                    file is null ? "is no file of yours. GET /v1/files lists them." : $"is a file with the purpose {file.Purpose}: send one with the purpose batch.");
            }

            var (batch, isReplayed) = await store.AddAsync(wanted, context.RequestAborted);
            if (batch is null)
            {
                return new Problem(
                    ProblemType.KeyReused, $"{IdempotencyKeyHeader.Name} \"{key}\" was used before with another payload. Use a new key for a new request.");
            }

            if (isReplayed)
            {
                context.Response.Headers[IdempotencyKeyHeader.ReplayedName] = "true";
            }

            checks.Set();
            return Answer(batch);
        });

    private static async Task<IResult> ListAsync(HttpContext context, FileBatchStore store, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var page = OpenAiPage.Read(context.Request.Query, OpenAiIds.Batch, options.Value.PageLengthMax, errors);
        return errors.Any
            ? errors.ToProblem()
            : Results.Json(
                FileBatchPage.Of(await store.ListAsync(context.ClientId(), page.After, page.Sought, context.RequestAborted), page.Limit),
                FilesJson.Wire.FileBatchPage);
    }

    private static Task<IResult> FindAsync(string id, HttpContext context, FileBatchStore store) =>
        UseAsync(id, context, store, batch => Task.FromResult(Answer(batch)));

    private static Task<IResult> CancelAsync(string id, HttpContext context, FileBatchStore store, FileBatchEnds ends) =>
        UseAsync(id, context, store, async batch =>
        {
            if (!await store.CancelAsync(batch.ClientId, batch.Id, context.RequestAborted) && batch.State is not FileBatchState.Cancelling)
            {
                return Refused(context, $"Batch {id} is {batch.State} already; only a batch that has not ended can be canceled.");
            }

            ends.Set();
            return Answer(await store.FindAsync(batch.ClientId, batch.Id, context.RequestAborted));
        });

    private static Task<IResult> RetryAsync(string id, HttpContext context, FileBatchStore store) =>
        UseAsync(id, context, store, async batch => await store.RetryAsync(batch.ClientId, context.Client().Limits, batch.Id, context.RequestAborted) switch
        {
            FileBatchRetry.LimitReached { Limit: var limit } => LimitProblems.Of(limit, context.Client()),
            FileBatchRetry.Refused => Refused(context, $"Batch {id} is {batch.State}; only one that is completed, expired or cancelled has lines to retry."),
            FileBatchRetry.Done { Lines: 0 } => Refused(context, $"Batch {id} has no line that failed, expired or was canceled. What is wrong with a line itself is not mended by a retry: send it in another file."),
            _ => Answer(await store.FindAsync(batch.ClientId, batch.Id, context.RequestAborted)),
        });

    private static Task<IResult> PauseAsync(string id, HttpContext context, FileBatchStore store) => HoldAsync(id, context, store, store.PauseAsync);

    private static Task<IResult> ResumeAsync(string id, HttpContext context, FileBatchStore store) => HoldAsync(id, context, store, store.ResumeAsync);

    private static Task<IResult> HoldAsync(string id, HttpContext context, FileBatchStore store, Func<Guid, Guid, CancellationToken, Task<bool>> hold) =>
        UseAsync(id, context, store, async batch => await hold(batch.ClientId, batch.Id, context.RequestAborted)
            ? Answer(await store.FindAsync(batch.ClientId, batch.Id, context.RequestAborted))
            : Refused(context, $"Batch {id} is {batch.State}; only one that is in_progress can be paused and resumed."));

    private static async Task<IResult> ReadAsync(
        string id, HttpContext context, FileBatchStore store, IHostApplicationLifetime lifetime, IOptions<ApiOptions> options, TimeProvider time)
    {
        var errors = new InputErrors();
        var after = BatchesEndpoints.ReadCursor(context.Request.Query, errors);
        var prefer = PreferHeader.Read(context.Request.Headers, options.Value.WaitMax, errors);
        return errors.Any ? errors.ToProblem() : await UseAsync(id, context, store, batch =>
        {
            prefer.Confirm(context.Response.Headers);
            return Task.FromResult<IResult>(new LineOutput(store, lifetime, time, batch, after, prefer.Wait));
        });
    }

    private static async Task<IResult> UseAsync(string id, HttpContext context, FileBatchStore store, Func<FileBatch, Task<IResult>> use) =>
        OpenAiIds.Parse(OpenAiIds.Batch, id) is { } batchId && await store.FindAsync(context.ClientId(), batchId, context.RequestAborted) is { } batch
            ? await use(batch)
            : new Problem(ProblemType.BatchNotFound, $"Batch {id} does not exist, or belongs to another API key. GET /v1/batches lists yours.");

    private static Problem Refused(HttpContext context, string detail) => OpenAiConflict.Of(context, new(ProblemType.BatchState, detail));

    private static IResult Answer(FileBatch? batch) =>
        Results.Json(FileBatchResource.Of(batch ?? throw new InvalidOperationException("A batch that was just changed is not there.")), FilesJson.Wire.FileBatchResource);
}
