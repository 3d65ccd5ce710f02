using Pipeline.Core.Queues;

namespace Pipeline.Core.Relay;

/// <summary>
/// Which jobs travel together. Jobs of one client and queue that are accepted in one transaction share messages, up to
/// <see cref="QueueOptions.ItemsPerMessage"/>, and so the work of relay, broker and consumer.
/// </summary>
internal static class SharedMessages
{
    // So that several workers get their share of what was accepted together.
    private const int MessagesMin = 4;

    /// <summary>Jobs of each message when so many of one queue are accepted together.</summary>
    public static int Items(int jobs, QueueOptions queue) => Math.Clamp(jobs / MessagesMin, 1, queue.ItemsPerMessage);

    /// <summary>Most jobs of a message whose client may have so many in flight: it is to use up what it may, but for a part of a message.</summary>
    public static int ItemsMax(int? jobsInFlight) => jobsInFlight is { } max ? Math.Max(1, max / MessagesMin) : int.MaxValue;

    /// <summary>The number of each job's message; jobs of one group with the same number share one.</summary>
    public static int[] Number(IReadOnlyList<MessageGroup> jobs, Func<string, QueueOptions> options)
    {
        var items = jobs.CountBy(job => job.Queue).ToDictionary(queue => queue.Key, queue => Items(queue.Value, options(queue.Key)));
        var seen = new Dictionary<MessageGroup, int>();
        return [.. jobs.Select(job => ((seen[job] = seen.GetValueOrDefault(job) + 1) - 1) / Math.Min(items[job.Queue], ItemsMax(job.JobsInFlight)))];
    }

    /// <summary>What jobs have in common that may share a message.</summary>
    /// <param name="JobsInFlight">How many of the client may be; null: any number.</param>
    public readonly record struct MessageGroup(string Queue, Guid ClientId, DateTimeOffset? Deadline, int? JobsInFlight);
}
