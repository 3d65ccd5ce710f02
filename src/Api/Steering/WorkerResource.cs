using System.ComponentModel;
using Pipeline.Core.Models;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Steering;

/// <param name="Workers">By machine.</param>
internal sealed record WorkersResource(IReadOnlyList<WorkerResource> Workers);

[Description("A living worker process.")]
internal sealed record WorkerResource
{
    [Description("Of the process: a restarted one has another.")]
    public required Guid Id { get; init; }

    [Description("Machine and process.")]
    public required string Host { get; init; }

    [Description("loading: its models are not ready yet. active. draining: it takes nothing new and finishes what it runs. drained: it has nothing left and can be stopped.")]
    public required string State { get; init; }

    [Description("Jobs that it runs now.")]
    public required int Running { get; init; }

    [Description("The queues that it consumes, and how many jobs of each it runs at once.")]
    public required IReadOnlyDictionary<string, int> Slots { get; init; }

    [Description("Its model files, loaded or not.")]
    public required IReadOnlyList<WorkerModel> Models { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    [Description("Since when it has nothing left.")]
    public DateTimeOffset? DrainedAt { get; init; }

    public static WorkerResource Of(WorkerStatus worker) => new()
    {
        Id = worker.Id,
        Host = worker.Host,
        State = worker.State,
        Running = worker.Running,
        Slots = worker.Queues.Select((queue, i) => (queue, Slots: i < worker.Slots.Length ? worker.Slots[i] : 0)).ToDictionary(entry => entry.queue, entry => entry.Slots),
        Models = WorkerModel.Read(worker.ModelFiles),
        StartedAt = worker.StartedAt,
        DrainedAt = worker.DrainedAt,
    };
}
