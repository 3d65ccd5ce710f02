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

    /// <summary>The number of each job's message; jobs with the same queue, client and number share one.</summary>
    public static int[] Number(IReadOnlyList<(string Queue, Guid ClientId)> jobs, Func<string, QueueOptions> options)
    {
        var items = jobs.CountBy(job => job.Queue).ToDictionary(queue => queue.Key, queue => Items(queue.Value, options(queue.Key)));
        var seen = new Dictionary<(string Queue, Guid ClientId), int>();
        return [.. jobs.Select(job => ((seen[job] = seen.GetValueOrDefault(job) + 1) - 1) / items[job.Queue])];
    }
}
