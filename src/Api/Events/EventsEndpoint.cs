using System.Globalization;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Core.Subscriptions;

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
        var cancels = OnDisconnect.Read(context.Request.Query, errors) ?? false;
        QueryParameters.RefuseUnknown(context.Request.Query, errors, OnDisconnect.Name);
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

        if (!streams.TryOpen(context.ClientId(), jobId, isNew: false, out var stream, out var full))
        {
            return full;
        }

        stream.Subscription.Observe(job);
        return new JobStreamResult(stream, new EventFormat()) { Has = has, CancelsOnDisconnect = cancels };
    }
}

/// <summary>
/// Event ids: how much text a client has, <c>1-153</c> for 153 UTF-16 code units of the first attempt; <c>end</c> once it
/// has everything. So a client that comes back, to any server, goes on where it was.
/// </summary>
internal static class LastEventId
{
    public const string Header = "Last-Event-ID";
    public const string End = "end";

    public static string Of(TextPlace place) => string.Create(CultureInfo.InvariantCulture, $"{place.Attempt}-{place.Offset}");

    /// <summary>How much the client has, and whether that is all.</summary>
    public static (TextPlace Has, bool IsEnd) Read(IHeaderDictionary headers, InputErrors errors)
    {
        var text = headers[Header].ToString();
        if (text is "" or End)
        {
            return (default, text is End);
        }

        if (text.Split('-') is [var attempt, var offset]
            && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var attempts)
            && int.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var codeUnits))
        {
            return (new(attempts, codeUnits), false);
        }

        errors.Add(Header, $"is \"{text}\": send the id of the last event as it came, for example 1-153, or leave it out.");
        return default;
    }
}

/// <summary>
/// <c>?on_disconnect=cancel</c>: the job is for this connection alone. <c>continue</c>: it goes on when the client leaves. Default is
/// the latter, but below /v1, whose clients know no jobs.
/// </summary>
internal static class OnDisconnect
{
    public const string Name = "on_disconnect";

    private const string Cancel = "cancel";
    private const string Continue = "continue";

    /// <summary>Whether a job ends with its client; null where the client does not say.</summary>
    public static bool? Read(IQueryCollection query, InputErrors errors)
    {
        var value = QueryParameters.Single(query, Name, errors);
        if (value is not (null or Cancel or Continue))
        {
            errors.Add(Name, $"is \"{value}\": send {Cancel} or {Continue}.");
        }

        return value is null ? null : value is Cancel;
    }
}
