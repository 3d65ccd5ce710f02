using System.ComponentModel;
using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Queues;

namespace Pipeline.Api.Queues;

/// <summary><c>GET /api/queues/{queue}/load</c>: how many workers a queue keeps busy, for whoever starts and stops them.</summary>
internal static class QueueLoadEndpoint
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/queues/{queue}/load", Read).RequireRole(Role.Operator).Describe(QueuesDocs.Load);

    private static IResult Read(string queue, QueueStatistics statistics, JobCatalog catalog, IOptionsMonitor<QueueOptions> options)
    {
        if (!catalog.Queues.Contains(queue))
        {
            return new Problem(ProblemType.QueueNotFound, $"There is no queue '{queue}'. There are {string.Join(", ", catalog.Queues)}.");
        }

        return statistics.Current.FirstOrDefault(one => one.Queue == queue) is { } status
            ? Results.Json(Of(status, options.Get(queue).Prefetch), ApiJson.Wire.QueueLoadResource)
            : new Problem(ProblemType.StoreUnavailable, "The queues were not counted yet; ask again in a second."); // An answer of 0 would stop workers.
    }

    private static QueueLoadResource Of(QueueStatus status, int prefetch)
    {
        // As this process is configured where no worker lives that could say it itself.
        var slots = status is { Workers: > 0, Slots: > 0 } ? (double)status.Slots / status.Workers : prefetch;
        var waiting = status.IsPaused ? 0 : status.Depth;
        return new()
        {
            Queue = status.Queue,
            Load = Math.Round((waiting + status.Running) / slots, 3),
            Waiting = waiting,
            Running = status.Running,
            SlotsPerWorker = slots,
            Workers = status.Workers,
        };
    }
}

internal sealed record QueueLoadResource
{
    public required string Queue { get; init; }

    [Description("Jobs that wait or run, over the jobs that one worker runs at once: round it up, and it is how many workers have something to do. 0 when nothing waits or runs.")]
    public required double Load { get; init; }

    [Description("Jobs that wait, delayed retries included; 0 while the queue is paused, since no worker could start them.")]
    public required int Waiting { get; init; }

    [Description("Jobs that run. They count, so that workers are not taken away from them.")]
    public required int Running { get; init; }

    public required double SlotsPerWorker { get; init; }

    [Description("Living workers.")]
    public required int Workers { get; init; }
}
