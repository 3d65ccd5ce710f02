using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Headers;
using Pipeline.Api.Jobs;
using Pipeline.Api.Limits;
using Pipeline.Api.Problems;
using Pipeline.Api.Prompts;
using Pipeline.Api.Shares;
using Pipeline.Api.Webhooks;
using Pipeline.Contracts;
using Pipeline.Core.Batches;
using Pipeline.Core.Limits;
using Pipeline.Core.Queues;

namespace Pipeline.Api.Batches;

/// <summary>The way of <c>POST /api/jobs/batch</c>: read and check to the end, then accept all of it or nothing.</summary>
internal sealed class BatchSubmissions(
    PromptedInputs prompts,
    InputCheck checks,
    PromptCheck lengths,
    BatchIntake intake,
    BatchStore store,
    Callbacks callbacks,
    JobCatalog catalog,
    UploadSlots uploads,
    SpoolRoom disk,
    IOptions<ApiOptions> options,
    IOptions<InputLimits> limits,
    TimeProvider time)
{
    private const string Kind = "kind";

    // Often enough that a body which nobody takes costs little, seldom enough that the question does.
    private const int ItemsBetweenQuestions = 1_000;

    private readonly ApiOptions _options = options.Value;

    public async Task<IResult> SubmitAsync(HttpContext context)
    {
        var request = context.Request;
        var errors = new InputErrors();
        var cancelAfter = CancelAfterHeader.Read(request.Headers, _options.ExpiryMax, errors);
        var key = IdempotencyKeyHeader.Read(request.Headers, errors);
        var kind = ReadKind(request.Query, errors);
        var callback = callbacks.Read(request.Query, errors);
        var deadline = QueryParameters.Single(request.Query, CommonFields.Deadline, errors) is { } text
            ? Deadline.Read(text, CommonFields.Deadline, time.GetUtcNow(), _options.ExpiryMax, errors)
            : null;
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var (format, wrongType) = BatchFormats.Of(request);
        if (wrongType is not null)
        {
            return wrongType;
        }

        if (await callbacks.CheckAsync(context.ClientId(), callback, context.RequestAborted) is { } uncallable)
        {
            return uncallable;
        }

        var places = uploads.Bodies;
        if (places.Enter(context.ClientId()) is { } full)
        {
            return full;
        }

        try
        {
            return await SubmitAsync(context, format, kind, new(cancelAfter, key, callback, deadline));
        }
        catch (BatchRefusedException refused)
        {
            return refused.Problem;
        }
        finally
        {
            places.Leave(context.ClientId());
        }
    }

    private async Task<IResult> SubmitAsync(HttpContext context, BatchFormat format, JobKind? kind, Wishes wishes)
    {
        var now = time.GetUtcNow();
        using var spool = new BatchSpool(catalog, disk.Begin(context.ClientId()), _options.BatchSpoolDirectory);
        using var hash = wishes.Key is null ? null : new BatchHash(context.Request, wishes.CancelAfter, wishes.Callback, wishes.Deadline?.Wish);
        var draft = new BatchItemDraft(catalog, kind, wishes.CancelAfter is { } after ? now + after : null, wishes.Deadline?.Time, _options, limits.Value, now);
        if (await ReadAsync(context, format, draft, spool, hash, wishes.CancelAfter is null, context.RequestAborted) is { } problem)
        {
            return problem;
        }

        spool.Complete();
        var batch = new NewBatch
        {
            Id = Guid.CreateVersion7(now),
            ClientId = context.ClientId(),
            Limits = context.Client().Limits,
            Queues = spool.Queues,
            Items = spool.Read,
            Key = hash is null ? null : new(wishes.Key!, hash.Finish()),
            CallbackUrl = wishes.Callback,
        };
        return await AnswerAsync(context, batch, await intake.SubmitAsync(batch, context.RequestAborted));
    }

    private JobKind? ReadKind(IQueryCollection query, InputErrors errors)
    {
        QueryParameters.RefuseUnknown(query, errors, Kind, CommonFields.CallbackUrl, CommonFields.Deadline);
        return query[Kind] is [{ Length: > 0 } kind] ? KindDraft.FindKind(catalog, kind, errors) : null;
    }

    private async Task<Problem?> ReadAsync(
        HttpContext context, BatchFormat format, BatchItemDraft draft, BatchSpool spool, BatchHash? hash, bool ownExpiries, CancellationToken cancellationToken)
    {
        var request = context.Request;
        var itemsMax = ItemsMax(context.Client().Limits);

        // The reader bounds what is kept; Kestrel's own bound would reset the connection of a larger body in its middle.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrel)
        {
            kestrel.MaxRequestBodySize = null;
        }

        IItemSplitter splitter = format is BatchFormat.Array ? new ArraySplitter() : new LineSplitter();
        var reader = new ItemReader(request.Body, splitter, _options.BodyBytesMax, _options.BatchBytesMax);
        var errors = new InputErrors();
        var index = 0;
        for (; !errors.IsFull && await reader.ReadAsync(cancellationToken) is { } utf8; index++)
        {
            if (index == itemsMax.Items)
            {
                return Problem.Of(ProblemType.InvalidInput, "body", $"has more than {itemsMax.Items} items. Send several batches, or {itemsMax.Remedy}.");
            }

            // After a fault the rest is only checked, so that the client hears of all its faults at once.
            if (draft.Parse(utf8, index, errors) is not { } drafted)
            {
                continue;
            }

            string FieldOf(string field) => JsonPath.Below(drafted.Path, field);
            await checks.CheckAsync(context.ClientId(), drafted.Kind, drafted.Input, FieldOf, errors, cancellationToken);
            if (await prompts.WriteOutAsync(context.ClientId(), drafted.Input, drafted.Path, errors, cancellationToken) is not { } written)
            {
                continue;
            }

            await lengths.CheckAsync(drafted.Input, written, FieldOf, errors, cancellationToken);
            if (hash is null && spool.Count > 0 && index % ItemsBetweenQuestions is 0 && intake.FindFull(spool.Queues) is { } full)
            {
                return Full(full, spool.Queues[full.Queue]); // Under a key it may be the repeat of a batch that is there already.
            }

            if (!errors.Any)
            {
                spool.Add(drafted.With(written));
                hash?.Add(drafted.Item, ownExpiries ? drafted.Item.ExpiresAt : null, drafted.Deadline);
            }
        }

        return errors.Any ? errors.ToProblem()
            : index is 0 ? Problem.Of(ProblemType.InvalidInput, "body", "has no items: send at least one.")
            : null;
    }

    /// <summary>The largest batch that can ever be accepted, and who could change that.</summary>
    private (int Items, string Remedy) ItemsMax(ClientLimits own) => new (int Items, string Remedy)[]
    {
        (_options.BatchItemsMax, "raise Api:BatchItemsMax"),
        (own.BatchJobs ?? int.MaxValue, $"ask an admin for more {LimitName.BatchJobs}"),
        (own.WaitingJobs ?? int.MaxValue, $"ask an admin for more {LimitName.WaitingJobs}"),
    }.MinBy(bound => bound.Items);

    private async Task<IResult> AnswerAsync(HttpContext context, NewBatch batch, BatchReply reply)
    {
        switch (reply)
        {
            case BatchReply.Accepted accepted:
                if (accepted.Replayed)
                {
                    context.Response.Headers[IdempotencyKeyHeader.ReplayedName] = "true";
                }

                context.Response.Headers[HeaderNames.Location] = BatchLinks.PathOf(accepted.Id);
                var found = await store.FindAsync(batch.ClientId, accepted.Id, context.RequestAborted);
                return Results.Json(
                    BatchResource.Of(found ?? throw new InvalidOperationException($"Batch {accepted.Id} was accepted and is not there.")),
                    ApiJson.Wire.BatchResource,
                    statusCode: StatusCodes.Status202Accepted);
            case BatchReply.KeyReused:
                return new Problem(
                    ProblemType.KeyReused,
                    $"{IdempotencyKeyHeader.Name} \"{batch.Key!.Value}\" was used before with another payload. Use a new key for a new request.");
            case BatchReply.ModelCannotWrite { Kind: var kind, Setting: var setting }:
                return new Problem(ProblemType.ModelCannotWrite, WriterRemedy.For(kind, setting));
            case BatchReply.TooLarge large:
                return Problem.Of(
                    ProblemType.InvalidInput,
                    "body",
                    $"has {large.Count} items for queue {large.Queue}, which never holds more than {large.DepthMax} (Queues:{large.Queue}:DepthMax). Send several batches, or raise it.");
            case BatchReply.LimitReached { Limit: var limit }:
                return LimitProblems.Of(limit, context.Client());
            case BatchReply.QueueFull full:
                return Full(full, batch.Queues[full.Queue]);
            default:
                throw new InvalidOperationException($"The intake answered {reply.GetType().Name}, which is not handled.");
        }
    }

    private static Problem Full(BatchReply.QueueFull full, int items) => new(
        ProblemType.QueueFull,
        $"Queue {full.Queue} holds {full.Depth} waiting jobs and has no room for {items} more; at most {full.DepthMax} are accepted (Queues:{full.Queue}:DepthMax). Send again later, or add workers.")
    {
        RetryAfter = full.RetryAfter,
    };

    private sealed record Wishes(TimeSpan? CancelAfter, string? Key, string? Callback, Deadline? Deadline);
}
