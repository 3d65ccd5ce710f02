using Pipeline.Core.Queues;

namespace Pipeline.Core.Relay;

/// <summary>
/// Which jobs travel together. Jobs of one queue that are accepted in one transaction share messages, up to
/// <see cref="QueueOptions.ItemsPerMessage"/>, and so the work of outbox, broker and consumer.
/// </summary>
internal static class SharedMessages
{
    // So that several workers get their share of what was accepted together.
    private const int MessagesMin = 4;

    /// <summary>Jobs of each message when so many of one queue are accepted together.</summary>
    public static int Items(int jobs, QueueOptions queue) => Math.Clamp(jobs / MessagesMin, 1, queue.ItemsPerMessage);

    /// <summary>The number of each job's message; jobs with the same queue and number share one.</summary>
    public static int[] Number(IReadOnlyList<string> queues, Func<string, QueueOptions> options)
    {
        var items = queues.CountBy(queue => queue).ToDictionary(queue => queue.Key, queue => Items(queue.Value, options(queue.Key)));
        var seen = new Dictionary<string, int>();
        return [.. queues.Select(queue => (seen[queue] = seen.GetValueOrDefault(queue) + 1) - 1).Zip(queues, (index, queue) => index / items[queue])];
    }
}
