using Pipeline.Core.Relay;

namespace Pipeline.Core.Batches;

/// <summary>
/// The messages that carry the jobs of a batch, formed while its rows are written: the database would have to read and sort them again.
/// </summary>
/// <param name="itemsPerMessage">Most jobs of one message, by queue.</param>
internal sealed class BatchMessages(IReadOnlyDictionary<string, int> itemsPerMessage)
{
    private readonly Dictionary<(string Queue, DateTimeOffset? Deadline), BatchMessage> _open = [];
    private readonly List<BatchMessage> _all = [];

    /// <summary>In the order of their first jobs.</summary>
    public IReadOnlyList<BatchMessage> All => _all;

    /// <summary>Jobs of one queue share messages, in the order in which they come; a message has one deadline.</summary>
    public void Add(Guid jobId, NewBatchItem item)
    {
        var group = (item.Queue, item.Deadline);
        if (!_open.TryGetValue(group, out var message) || message.Jobs == itemsPerMessage[item.Queue])
        {
            _all.Add(_open[group] = message = new(jobId, item.Queue, item.Deadline));
        }
        else
        {
            message.Others.Add(jobId);
        }

        message.Cost += JobCost.Estimate(item.InputJson);
    }
}

/// <summary>A message that is about to become a row of <c>dispatches</c>.</summary>
internal sealed class BatchMessage(Guid jobId, string queue, DateTimeOffset? deadline)
{
    public Guid JobId => jobId;

    public string Queue => queue;

    public DateTimeOffset? Deadline => deadline;

    /// <summary>Its jobs after the first.</summary>
    public List<Guid> Others { get; } = [];

    public int Jobs => 1 + Others.Count;

    /// <summary>What its jobs are expected to take, in tokens.</summary>
    public float Cost { get; set; }
}
