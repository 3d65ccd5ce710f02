using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Attempts;

/// <summary>How a worker process runs jobs. Section <c>Worker</c>.</summary>
public sealed class WorkerOptions
{
    public const string Section = "Worker";

    /// <summary>
    /// Queues to consume; empty means every queue of the kinds that this worker can do. As one value, <c>emotion,embedding-bulk</c>,
    /// or one element a queue; <c>--queues=</c> on the command line says the same.
    /// </summary>
    public IReadOnlyList<string> Queues { get; init; } = [];

    /// <summary>Longest time one attempt may take. 1 s to 6 h, default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "06:00:00")]
    public TimeSpan JobTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Failed attempts after which a job fails. 1 to 100, default 5.</summary>
    [Range(1, 100)]
    public int FailuresMax { get; init; } = 5;

    /// <summary>Wait before the first retry; it doubles with each failure up to <see cref="RetryDelayMax"/>, and each wait is up to a fifth longer or shorter, so that jobs that failed together do not come back together. 0 to 1 h, default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait before a retry. 0 to 24 h, default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a worker counts as alive without renewing its lease. 2 s to 10 min, default 10 s. It renews four times in that time.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a worker asks whether its running jobs are still its own: the delay of a cancellation. 50 ms to 1 min, default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan OwnershipInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a job that was received may wait for a slot, or for the database, before it is given back. 1 s to 15 min, default 1 min:
    /// well below RabbitMQ's <c>consumer_timeout</c>, which ends the channel of whoever holds a message for longer (30 min by default).
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:15:00")]
    public TimeSpan HoldMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Workers that may die while they run a job that is suspected alone; then it is quarantined. 1 to 100, default 2. Raise it where
    /// machines are taken away at any moment, such as spot instances.
    /// </summary>
    [Range(1, 100)]
    public int DeathsMax { get; init; } = 2;

    /// <summary>How long running jobs may go on after a stop was asked for; then they are given back. 0 to 1 h, default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);
}

[OptionsValidator]
internal sealed partial class WorkerOptionsValidator : IValidateOptions<WorkerOptions>;
