using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Console;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Jobs;

/// <summary><c>GET /api/jobs</c> by filters, <c>GET /api/jobs/failures</c> by code, what a job was asked, and how its attempts ended.</summary>
internal static class JobSearchEndpoints
{
    private const string State = "state";
    private const string Kind = "kind";
    private const string Queue = "queue";
    private const string ErrorCode = "error_code";
    private const string Batch = "batch";
    private const string User = "user";
    private const string Model = "model";
    private const string IdOrKeyName = "id_or_key";
    private const string CreatedAfter = "created_after";
    private const string CreatedBefore = "created_before";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/jobs", ListAsync).Describe(JobsDocs.List);
        api.MapGet("/jobs/failures", FailuresAsync).Describe(JobsDocs.Failures);
        api.MapGet("/jobs/{id}/input", (string id, HttpContext context, OthersJobs jobs, JobCatalog catalog) => jobs.FindInputAsync(id, context, catalog)).Describe(JobsDocs.Input);
        api.MapGet("/jobs/{id}/attempts", (string id, HttpContext context, OthersJobs jobs) => jobs.FindAttemptsAsync(id, context)).Describe(JobsDocs.Attempts);
    }

    private static async Task<IResult> ListAsync(HttpContext context, JobListStore store, ClientStore clients, JobCatalog catalog, IOptions<ApiOptions> options, IOptions<ConsoleOptions> console)
    {
        var errors = new InputErrors();
        var query = PageQuery.Read(
            context.Request, options.Value.PageLengthMax, errors, State, Kind, Queue, ErrorCode, Model, Batch, User, IdOrKeyName, CommonFields.ResubmittedFrom,
            CreatedAfter, CreatedBefore, JobsDocs.ClientParameter);
        var (owner, forbidden) = await ChosenClient.FindAsync(context, clients, JobsDocs.ClientParameter, query.Filters[JobsDocs.ClientParameter], errors);
        JobFilter filter = new()
        {
            ClientId = owner,
            State = query.Choice(State, JobState.All, errors),
            Kind = query.Choice(Kind, [.. catalog.All.Select(known => known.Name)], errors),
            Queue = query.Choice(Queue, catalog.Queues, errors),
            ErrorCode = query.Filters[ErrorCode],
            BatchId = query.Id(Batch, errors),
            UserId = query.Filters[User],
            Model = query.Filters[Model],
            ResubmittedFrom = query.Id(CommonFields.ResubmittedFrom, errors),
            IdOrKey = ReadIdOrKey(query, errors),

            // Clients write into keys what they like, as into tags of users.
            SearchesKeys = owner == context.ClientId() || console.Value.ShowTexts,
            CreatedAfter = Time(query, CreatedAfter, errors),
            CreatedBefore = Time(query, CreatedBefore, errors),
            Before = query.Before,
            Limit = query.Sought,
        };
        if (filter.UserId is not null && owner != context.ClientId())
        {
            errors.Add(User, $"cannot be used together with {JobsDocs.ClientParameter}: only a client itself may ask for its users.");
        }

        if (forbidden is not null || errors.Any)
        {
            return forbidden ?? errors.ToProblem();
        }

        var found = await store.ListAsync(filter, context.RequestAborted);
        var isOwn = owner == context.ClientId();
        var (page, links) = query.PageOf(found.Jobs, job => JobResource.Of(isOwn ? job with { Client = null } : Shown(job)), job => job.Id, found.LookedUntil);
        return Results.Json(new JobPageResource(page, links), ApiJson.Wire.JobPageResource);

        Job Shown(Job job) => job.ClientId == context.ClientId() ? job : console.Value.ShowTexts ? job : job with { Error = null, UserId = null };
    }

    private static async Task<IResult> FailuresAsync(HttpContext context, JobListStore store, ClientStore clients, IOptions<ConsoleOptions> console)
    {
        var errors = new InputErrors();
        QueryParameters.RefuseUnknown(context.Request.Query, errors, JobsDocs.ClientParameter, Batch);
        var batch = QueryParameters.Single(context.Request.Query, Batch, errors) is { } id ? JobIds.Parse(id, errors, Batch) : (Guid?)null;
        var name = QueryParameters.Single(context.Request.Query, JobsDocs.ClientParameter, errors);
        var (owner, forbidden) = await ChosenClient.FindAsync(context, clients, JobsDocs.ClientParameter, name, errors);
        if (forbidden is not null || errors.Any)
        {
            return forbidden ?? errors.ToProblem();
        }

        var mayRead = owner == context.ClientId() || console.Value.ShowTexts;
        var found = await store.FailuresAsync(owner, batch, context.RequestAborted);
        return Results.Json(
            new FailuresResource([.. found.Select(code => FailureResource.Of(code, mayRead))], batch is null ? JobListStore.FailuresLookMax : null),
            ApiJson.Wire.FailuresResource);
    }

    private static IdOrKey? ReadIdOrKey(PageQuery query, InputErrors errors)
    {
        if (query.Filters[IdOrKeyName] is not { } text)
        {
            return null;
        }

        if (IdOrKey.Parse(text.Trim()) is { } known)
        {
            return known;
        }

        errors.Add(IdOrKeyName, $"has {text.Length} characters: send the beginning of an id or of an idempotency key, or …and the end of an id; up to {IdOrKey.LengthMax} visible ASCII characters.");
        return null;
    }

    private static DateTimeOffset? Time(PageQuery query, string name, InputErrors errors)
    {
        if (query.Filters[name] is not { } text)
        {
            return null;
        }

        if (Rfc3339.Parse(text) is { } time)
        {
            return time;
        }

        errors.Add(name, $"is \"{text}\": send an RFC 3339 time with an offset, for example 2030-01-31T12:00:00Z.");
        return null;
    }
}
