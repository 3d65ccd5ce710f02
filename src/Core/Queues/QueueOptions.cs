using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Queues;

/// <summary>Bounds of one queue. Section <c>Queues:NAME</c>, for example <c>Queues:emotion-bulk</c>. Some kinds have other defaults.</summary>
public sealed class QueueOptions
{
    public const string Section = "Queues";

    /// <summary>Most jobs that may wait in the queue; further ones are answered 429. 1 to 10,000,000, default 100,000.</summary>
    [Range(1, 10_000_000)]
    public int DepthMax { get; set; } = 100_000;

    /// <summary>
    /// Share of <see cref="DepthMax"/> up to which a client's own jobs are accepted although the queue is full: who fills it does not
    /// shut out others. 0 to 1, default 0.01.
    /// </summary>
    [Range(0.0, 1.0)]
    public double ReserveShare { get; set; } = 0.01;

    /// <summary>How many jobs of a client, in all queues, that is.</summary>
    internal int Reserve => (int)(DepthMax * ReserveShare);

    /// <summary>
    /// Jobs of this queue that one worker runs at once. 1 to 4,096, default 64: two batches of the decoder, so that the next
    /// one is ready when a batch is done.
    /// </summary>
    [Range(1, 4_096)]
    public int Prefetch { get; set; } = 64;

    /// <summary>
    /// Most jobs that travel in one message, where four times as many are accepted together; fewer share fewer. 1 to 256,
    /// default 4, and 16 for bulk queues. Each of them is claimed, finished and retried on its own; the message is acknowledged
    /// once the last one runs.
    /// </summary>
    [Range(1, 256)]
    public int ItemsPerMessage { get; set; } = 4;

    /// <summary>
    /// Messages that a worker holds beyond the jobs that it runs, about half as many jobs where messages are full: they are at hand once
    /// slots become free, and what one worker holds another cannot do.
    /// </summary>
    internal int MessagesHeld => Math.Max(1, Prefetch / (2 * ItemsPerMessage));
}

[OptionsValidator]
internal sealed partial class QueueOptionsValidator : IValidateOptions<QueueOptions>;
