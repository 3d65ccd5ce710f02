using System.ComponentModel;
using Pipeline.Api.OpenApi;
using Pipeline.Core.Queues;

namespace Pipeline.Api.Queues;

/// <summary><c>GET /api/queues</c>: how every queue is doing, sampled once a second.</summary>
internal static class QueuesEndpoint
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/queues", Read).Describe(QueuesDocs.Read);

    private static IResult Read(QueueStatistics statistics)
    {
        var queues = statistics.Current.Select(queue => new QueueResource
        {
            Queue = queue.Queue,
            Depth = queue.Depth,
            DepthMax = queue.DepthMax,
            Dispatched = queue.Dispatched,
            Running = queue.Running,
            OldestSeconds = queue.OldestSeconds,
            FinishedPerMinute = queue.FinishedPerMinute,
            Workers = queue.Workers,
            Slots = queue.Slots,
            ClientsWaiting = queue.ClientsWaiting,
            AcceptedPerMinute = queue.AcceptedPerMinute,
            Paused = queue.IsPaused,
        });
        return Results.Json(new QueuesResource([.. queues]), ApiJson.Wire.QueuesResource);
    }
}

internal sealed record QueuesResource(IReadOnlyList<QueueResource> Queues);

internal sealed record QueueResource
{
    public required string Queue { get; init; }

    [Description("Jobs that wait.")]
    public required int Depth { get; init; }

    [Description("Beyond this depth submissions get 429.")]
    public required int DepthMax { get; init; }

    [Description("Those of depth that are with the broker, or with a worker that starts them next. The others wait in the database, in fair order.")]
    public required int Dispatched { get; init; }

    public required int Running { get; init; }

    [Description("Age of the job that has waited longest; absent when none waits.")]
    public double? OldestSeconds { get; init; }

    public required double FinishedPerMinute { get; init; }

    [Description("Worker processes that serve the queue.")]
    public required int Workers { get; init; }

    [Description("Jobs that these workers run at once.")]
    public required int Slots { get; init; }

    [Description("Clients with jobs that are not dispatched yet.")]
    public required int ClientsWaiting { get; init; }

    [Description("Jobs that came in the last 60 seconds, retries included.")]
    public required double AcceptedPerMinute { get; init; }

    [Description("true while an operator holds the queue back (PUT /api/pauses/queue/NAME): nothing of it starts.")]
    public required bool Paused { get; init; }
}
