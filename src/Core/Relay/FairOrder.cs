namespace Pipeline.Core.Relay;

/// <summary>
/// Who of the clients that wait for a queue comes next: whoever had the least of it, in tokens over weight (virtual token counters, Sheng
/// et al., "Fairness in Serving Large Language Models", 2024). A client that was away begins where the others are: it saves up nothing.
/// </summary>
internal sealed class FairOrder
{
    private const double LearnedPerJob = 0.02;

    private readonly Dictionary<Guid, double> _served = [];

    // What a job takes beyond its estimate, as far as was measured: first of all the tokens of its answer.
    private double _beyond;

    // The least that a client has who waits: where those begin who come anew.
    private double _level;
    private HashSet<Guid> _waiting = [];

    // Those who have had no turn since they came.
    private readonly HashSet<Guid> _new = [];

    // Of two who had the same, the one whose turn is longer ago goes first.
    private readonly Dictionary<Guid, long> _lastTurn = [];
    private long _turns;

    /// <summary>Begins a round with those who wait now.</summary>
    public void Begin(IEnumerable<Guid> waiting)
    {
        HashSet<Guid> now = [.. waiting];
        Guid[] stayed = [.. _waiting.Where(client => now.Contains(client) && !_new.Contains(client))];
        if (stayed.Length > 0)
        {
            // A refund may take it back as well.
            _level = stayed.Min(client => _served[client]);
        }
        else if (_waiting.Count > 0)
        {
            // Everybody left: what the last ones had over the others, they had while nobody else waited.
            _level = Math.Max(_level, _waiting.Max(client => _served[client]));
        }

        foreach (var client in now)
        {
            // Who has nothing yet stays at the level of the others, wherever that goes until its first turn.
            if (_new.Contains(client) || (!_waiting.Contains(client) && _served.GetValueOrDefault(client) <= _level))
            {
                _new.Add(client);
                _served[client] = _level;
            }
        }

        _new.IntersectWith(now);

        // Of those who are away only what they had beyond the others counts when they come back.
        foreach (var client in _served.Where(entry => entry.Value <= _level && !now.Contains(entry.Key)).Select(entry => entry.Key).ToArray())
        {
            _served.Remove(client);
            _lastTurn.Remove(client);
        }

        _waiting = now;
    }

    /// <summary>What to dispatch now, in order.</summary>
    /// <param name="heads">The first of each client that waits, in the order in which it wants them; at least as many as may be taken, or all.</param>
    /// <param name="jobsMax">As many jobs as there is room for; a message that is larger than what is left is the last.</param>
    /// <param name="messagesMax">As many messages as are worth sending at once.</param>
    public List<WaitingDispatch> Take(IEnumerable<WaitingDispatch> heads, int jobsMax, int messagesMax)
    {
        var queues = heads.GroupBy(head => head.ClientId).ToDictionary(client => client.Key, client => new Queue<WaitingDispatch>(client));
        var next = new PriorityQueue<Guid, (double, long)>(queues.Keys.Select(client => (client, Rank(client))));
        List<WaitingDispatch> taken = [];
        while (jobsMax > 0 && taken.Count < messagesMax && next.TryDequeue(out var client, out _))
        {
            var head = queues[client].Dequeue();
            taken.Add(head);
            _lastTurn[client] = ++_turns;
            _new.Remove(client);
            jobsMax -= head.Jobs;
            _served[client] += Math.Max(1, head.Cost + (_beyond * head.Jobs)) / head.Weight;
            if (queues[client].Count == 0 && head.HasMore)
            {
                // Its next is not at hand; to go on without it would give the others its share.
                break;
            }

            if (queues[client].Count > 0)
            {
                next.Enqueue(client, Rank(client));
            }
        }

        return taken;
    }

    /// <summary>Corrects what a client was charged by what its jobs really took, and learns from it for the next ones.</summary>
    public void Correct(Guid client, int jobs, double tokens, double estimated, double weight)
    {
        if (_served.TryGetValue(client, out var had))
        {
            _served[client] = had + ((tokens - estimated - (_beyond * jobs)) / weight);
        }

        var learned = Math.Min(0.5, jobs * LearnedPerJob);
        _beyond += learned * (((tokens - estimated) / jobs) - _beyond);
    }

    private (double Served, long LastTurn) Rank(Guid client) => (_served[client], _lastTurn.GetValueOrDefault(client));
}

/// <summary>A message that waits, with what the order depends on.</summary>
internal sealed record WaitingDispatch
{
    /// <summary>Of its row.</summary>
    public required long Id { get; init; }

    /// <summary>How many it carries.</summary>
    public required int Jobs { get; init; }

    public required Guid ClientId { get; init; }

    /// <summary>Expected, in tokens.</summary>
    public required double Cost { get; init; }

    public required double Weight { get; init; }

    /// <summary>It is the last of its client that was read, and more may wait.</summary>
    public bool HasMore { get; init; }
}
