using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Relay;

/// <summary>How many jobs of a queue are with the broker at once; the others wait in the database, in fair order. Section <c>Relay</c>.</summary>
public sealed class RelayOptions
{
    public const string Section = "Relay";

    /// <summary>
    /// Jobs of a queue that are with the broker or in the hands of workers, as a multiple of the slots of its living workers. Less keeps
    /// the order fairer, more keeps workers of very short jobs busy. 1.1 to 16, default 2.
    /// </summary>
    [Range(1.1, 16)]
    public double WindowFactor { get; init; } = 2;

    /// <summary>The same where no worker has said how much it can take, or only little. 1 to 10,000 jobs, default 16.</summary>
    [Range(1, 10_000)]
    public int WindowMin { get; init; } = 16;

    /// <summary>
    /// Where jobs are short: as many as are done in this time are on their way beyond those that run, so that workers never run dry
    /// between two rounds of the relay. 10 ms to 10 s, default 150 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan WindowTime { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How often the backlog is looked at for retries that became due and jobs that other processes accepted. 10 ms to 1 min, default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long after its dispatch a message counts as lost that neither the broker nor a worker has. 2 s to 10 min, default 10 s. It has to
    /// be longer than a worker needs to say what it holds: a quarter of <see cref="Attempts.WorkerOptions.Lease"/>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many jobs of a queue may be on their way at once.</summary>
    /// <param name="slots">How many its living workers run at once.</param>
    /// <param name="perSecond">How many they do a second.</param>
    internal int Window(int slots, double perSecond) =>
        Math.Max(WindowMin, (int)Math.Max(Math.Ceiling(slots * WindowFactor), slots + (perSecond * WindowTime.TotalSeconds)));
}

[OptionsValidator]
internal sealed partial class RelayOptionsValidator : IValidateOptions<RelayOptions>;
