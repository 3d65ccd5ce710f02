namespace Pipeline.Core.Jobs;

/// <summary>
/// Which jobs travel together. Jobs of one lane that are accepted in one transaction share messages, up to
/// <see cref="LaneOptions.ItemsPerMessage"/>, and so the work of outbox, broker and consumer.
/// </summary>
internal static class SharedMessages
{
    // So that several workers get their share of what was accepted together.
    private const int MessagesMin = 4;

    /// <summary>Jobs of each message when so many of one lane are accepted together.</summary>
    public static int Items(int jobs, LaneOptions lane) => Math.Clamp(jobs / MessagesMin, 1, lane.ItemsPerMessage);

    /// <summary>The number of each job's message; jobs with the same lane and number share one.</summary>
    public static int[] Number(IReadOnlyList<string> lanes, Func<string, LaneOptions> options)
    {
        var items = lanes.CountBy(lane => lane).ToDictionary(lane => lane.Key, lane => Items(lane.Value, options(lane.Key)));
        var seen = new Dictionary<string, int>();
        return [.. lanes.Select(lane => (seen[lane] = seen.GetValueOrDefault(lane) + 1) - 1).Zip(lanes, (index, lane) => index / items[lane])];
    }
}
