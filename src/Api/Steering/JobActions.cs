using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Steering;

/// <summary>Takes what clients want done to many jobs.</summary>
internal sealed class JobActions(BodyReader bodies, JobActionStore store, JobActionRunner runner, ClientStore clients, JobCatalog catalog)
{
    private const string States = "states";
    private const string Kind = "kind";
    private const string Queue = "queue";
    private const string ErrorCode = "error_code";
    private const string ClientName = "client";
    private const string Model = "model";
    private const string Batch = "batch";
    private const string User = UserTag.Field;
    private const string CreatedAfter = "created_after";
    private const string CreatedBefore = "created_before";
    private const string DryRun = "dry_run";

    public Task<IResult> AddAsync(HttpContext context, string action) => bodies.ReadObjectAsync(context, async fields =>
    {
        var owner = fields.Take(ClientName, JsonValueKind.String, required: false)?.GetString();
        var dryRun = fields.TakeBoolean(DryRun) ?? false;
        var wanted = Read(fields, action);
        fields.RefuseUnknown();
        var (clientId, forbidden) = await ChosenClient.FindAsync(context, clients, ClientName, owner, fields.Errors);
        if (wanted.UserId is not null && owner is not null && clientId != context.ClientId())
        {
            fields.Errors.Add(User, $"cannot be used together with {ClientName}: only a client itself may ask for its users.");
        }

        if (forbidden is not null || fields.Errors.Any)
        {
            return forbidden ?? fields.Errors.ToProblem();
        }

        wanted = wanted with { ClientId = clientId };
        var call = context.Features.Get<AuditedCall>()!;
        if (dryRun)
        {
            var count = await store.CountAsync(wanted, context.RequestAborted);
            return Results.Json(new JobCountResource(count.Matched, !count.IsAll), ApiJson.Wire.JobCountResource);
        }

        return await BeginAsync(context, call.Id, wanted);
    });

    /// <summary>Accepts an action and answers with it.</summary>
    /// <param name="id">Of its entry in the audit.</param>
    public async Task<IResult> BeginAsync(HttpContext context, Guid id, NewJobAction wanted)
    {
        var resource = JobActionResource.Of(await AddAsync(context, id, wanted));
        context.Response.Headers.Location = resource.Links.Self;
        return Results.Json(resource, ApiJson.Wire.JobActionResource, statusCode: StatusCodes.Status202Accepted);
    }

    public async Task<JobAction> AddAsync(HttpContext context, Guid id, NewJobAction wanted)
    {
        var added = await store.AddAsync(id, wanted, context.ClientId(), context.RequestAborted);
        runner.Set();
        return added;
    }

    private static List<string>? TakeStates(BodyFields fields)
    {
        if (fields.Take(States, JsonValueKind.Array, required: false) is not { } list)
        {
            return null;
        }

        List<string> states = [];
        foreach (var (i, item) in list.EnumerateArray().Index())
        {
            if (item.ValueKind is JsonValueKind.String)
            {
                states.Add(item.GetString()!);
            }
            else
            {
                fields.Errors.Add($"{States}[{i}]", JsonWords.Mismatch(item, JsonWords.Name(JsonValueKind.String)));
            }
        }

        if (list.GetArrayLength() is 0)
        {
            fields.Errors.Add(States, "is empty: name a state, or leave it out.");
        }

        return states;
    }

    private NewJobAction Read(BodyFields fields, string action)
    {
        var possible = JobAction.StatesOf(action);
        IReadOnlyList<string> states = TakeStates(fields) ?? JobAction.UsualStatesOf(action);
        foreach (var state in states.Where(state => !possible.Contains(state)))
        {
            fields.Errors.Add(States, $"has \"{state}\": to {action}, send some of {string.Join(", ", possible)}.");
        }

        var kind = fields.Take(Kind, JsonValueKind.String, required: false)?.GetString();
        if (kind is not null && !catalog.TryFind(kind, out _))
        {
            fields.Errors.Add(Kind, $"is \"{kind}\": send one of {string.Join(", ", catalog.All.Select(known => known.Name))}.");
        }

        var queue = fields.Take(Queue, JsonValueKind.String, required: false)?.GetString();
        if (queue is not null && !catalog.Queues.Contains(queue))
        {
            fields.Errors.Add(Queue, $"is \"{queue}\": send one of {string.Join(", ", catalog.Queues)}.");
        }

        NewJobAction wanted = new()
        {
            Action = action,
            States = [.. states],
            Kind = kind,
            Queue = queue,
            ErrorCode = fields.Take(ErrorCode, JsonValueKind.String, required: false)?.GetString(),
            Model = fields.Take(Model, JsonValueKind.String, required: false)?.GetString(),
            BatchId = fields.Take(Batch, JsonValueKind.String, required: false)?.GetString() is { } batch ? JobIds.Parse(batch, fields.Errors, Batch) : null,
            UserId = UserTag.Take(fields),
            CreatedAfter = CommonFields.TakeTime(fields, CreatedAfter),
            CreatedBefore = CommonFields.TakeTime(fields, CreatedBefore),
        };
        if (wanted.CreatedAfter >= wanted.CreatedBefore)
        {
            fields.Errors.Add(CreatedAfter, $"is not before {CreatedBefore}.");
        }

        return wanted;
    }
}
