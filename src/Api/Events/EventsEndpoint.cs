using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Events;

/// <summary><c>GET /api/jobs/{id}/events</c>: a job as it happens, as server-sent events.</summary>
internal static class EventsEndpoint
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/jobs/{id}/events", StreamAsync).Describe(EventsDocs.Stream);

    private static async Task<IResult> StreamAsync(string id, HttpContext context, JobStore store, JobStreams streams)
    {
        var errors = new InputErrors();
        var jobId = JobIds.Parse(id, errors);
        var (has, isEnd) = LastEventId.Read(context.Request.Headers, errors);
        var cancels = OnDisconnect.Cancels(context.Request.Query, errors);
        foreach (var name in context.Request.Query.Keys.Where(name => name is not OnDisconnect.Name))
        {
            errors.Add(name, $"is not a known query parameter. Known: {OnDisconnect.Name}.");
        }

        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (await store.FindAsync(context.ClientId(), jobId, context.RequestAborted) is not { } job)
        {
            return JobsEndpoints.NotFound(jobId);
        }

        if (isEnd && JobState.IsFinal(job.State))
        {
            // What tells an EventSource, which always comes back, that there is nothing left to come back for.
            return Results.NoContent();
        }

        if (streams.TryOpen(jobId, isNew: false) is not { } stream)
        {
            return streams.Full();
        }

        stream.Subscription.Observe(job);
        return new JobStreamResult(stream, new EventFormat()) { Has = has, CancelsOnDisconnect = cancels };
    }
}
