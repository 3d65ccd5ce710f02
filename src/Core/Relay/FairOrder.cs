using Pipeline.Core.Usage;

namespace Pipeline.Core.Relay;

/// <summary>
/// Who of the clients that wait for a queue comes next: whoever had the least of it, in tokens over weight (virtual token counters, Sheng
/// et al., "Fairness in Serving Large Language Models", 2024). A client that was away begins where the others are: it saves up nothing.
/// </summary>
internal sealed class FairOrder
{
    private readonly Dictionary<Guid, Account> _accounts = [];

    // The least that a client has who waits: where those begin who come anew.
    private double _level;
    private long _turns;

    /// <summary>What jobs of this queue take.</summary>
    public KindCost Cost { get; set; } = KindCost.Unmeasured;

    /// <summary>Begins a round with those who wait now.</summary>
    public void Begin(IEnumerable<Guid> waiting)
    {
        HashSet<Guid> now = [.. waiting];
        Account[] before = [.. _accounts.Values.Where(account => account.IsWaiting)];
        Account[] stayed = [.. _accounts.Where(entry => entry.Value is { IsWaiting: true, IsNew: false } && now.Contains(entry.Key)).Select(entry => entry.Value)];
        if (stayed.Length > 0)
        {
            // A refund may take it back as well.
            _level = stayed.Min(account => account.Served);
        }
        else if (before.Length > 0)
        {
            // Everybody left: what the last ones had over the others, they had while nobody else waited.
            _level = Math.Max(_level, before.Max(account => account.Served));
        }

        foreach (var client in now)
        {
            if (!_accounts.TryGetValue(client, out var account))
            {
                _accounts[client] = account = new() { IsNew = true };
            }

            // Who has nothing yet stays at the level of the others, wherever that goes until its first turn.
            account.IsNew |= !account.IsWaiting && account.Served <= _level;
            account.IsWaiting = true;
            account.Served = account.IsNew ? _level : account.Served;
        }

        foreach (var (client, account) in _accounts.Where(entry => !now.Contains(entry.Key)).ToArray())
        {
            account.IsWaiting = account.IsNew = false;

            // Of those who are away only what they had beyond the others counts when they come back.
            if (account.Served <= _level)
            {
                _accounts.Remove(client);
            }
        }
    }

    /// <summary>What to dispatch now, in order.</summary>
    /// <param name="heads">The first of each client that waits, in the order in which it wants them; at least as many as may be taken, or all.</param>
    /// <param name="jobsMax">As many jobs as there is room for; a message that is larger than what is left is the last.</param>
    /// <param name="messagesMax">As many messages as are worth sending at once.</param>
    /// <param name="rooms">What each client may have in flight; what is taken counts.</param>
    public List<WaitingDispatch> Take(IEnumerable<WaitingDispatch> heads, int jobsMax, int messagesMax, ClientRooms rooms)
    {
        var queues = heads.GroupBy(head => head.ClientId).ToDictionary(client => client.Key, client => new Queue<WaitingDispatch>(client));
        var next = new PriorityQueue<Guid, (double, long)>(queues.Keys.Select(client => (client, Rank(client))));
        List<WaitingDispatch> taken = [];
        while (jobsMax > 0 && taken.Count < messagesMax && next.TryDequeue(out var client, out _))
        {
            var head = queues[client].Dequeue();
            if (!rooms.TryTake(client, head.Jobs))
            {
                // It waits for the end of its own jobs, and nobody waits for it.
                continue;
            }

            taken.Add(head);
            jobsMax -= head.Jobs;
            var account = _accounts[client];
            account.IsNew = false;
            account.LastTurn = ++_turns;
            account.Weight = head.Weight;
            account.Served += Math.Max(1, Cost.Work(head.Cost, head.Jobs)) / head.Weight;
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

    /// <summary>Corrects what a client was charged by what its jobs really took.</summary>
    /// <param name="estimated">The sum of what the lengths of their inputs said.</param>
    public void Correct(Guid client, int jobs, double tokens, double estimated)
    {
        if (_accounts.TryGetValue(client, out var account))
        {
            account.Served += (tokens - Cost.Work(estimated, jobs)) / account.Weight;
        }
    }

    private (double Served, long LastTurn) Rank(Guid client) => (_accounts[client].Served, _accounts[client].LastTurn);

    private sealed class Account
    {
        /// <summary>Tokens over weight.</summary>
        public double Served { get; set; }

        /// <summary>Of two who had the same, the one whose turn is longer ago goes first.</summary>
        public long LastTurn { get; set; }

        /// <summary>As of its last turn.</summary>
        public double Weight { get; set; } = 1;

        public bool IsWaiting { get; set; }

        /// <summary>It has had no turn since it came.</summary>
        public bool IsNew { get; set; }
    }
}

/// <summary>A message that waits, with what the order depends on.</summary>
internal sealed record WaitingDispatch
{
    /// <summary>Of its row.</summary>
    public required long Id { get; init; }

    /// <summary>How many it carries.</summary>
    public required int Jobs { get; init; }

    public required Guid ClientId { get; init; }

    /// <summary>What the lengths of its inputs say, in tokens.</summary>
    public required double Cost { get; init; }

    public required double Weight { get; init; }

    /// <summary>It is the last of its client that was read, and more may wait.</summary>
    public bool HasMore { get; init; }
}
