namespace Pipeline.Inference.Scheduling;

/// <summary>
/// Waiting requests of one class. Next is the oldest of the owner that has had the fewest tokens computed; an owner that was away
/// begins where the others are, and saves up nothing (start-time fair queueing, Goyal et al. 1996). Requests without an owner are one owner's.
/// </summary>
internal sealed class FairQueue
{
    private readonly Dictionary<string, Account> _accounts = [];

    // Evicted ones: they were admitted once, in their turn.
    private readonly LinkedList<InferenceTask> _returned = [];

    // What the owner of the last admission had by then.
    private long _level;

    public int Count { get; private set; }

    public void Add(InferenceTask task)
    {
        string owner = Owner(task);
        if (!_accounts.TryGetValue(owner, out Account? account))
        {
            Forget();
            _accounts[owner] = account = new();
        }

        if (account.Waiting.Count == 0)
        {
            account.Served = Math.Max(account.Served, _level);
        }

        account.Waiting.AddLast(task);
        Count++;
    }

    public void Return(InferenceTask task)
    {
        _returned.AddFirst(task);
        Count++;
    }

    public InferenceTask? Next(Func<InferenceTask, bool> mustWait)
    {
        if (_returned.FirstOrDefault(task => !mustWait(task)) is { } returned)
        {
            return returned;
        }

        // Most of the time there is one owner, and no order to make.
        IEnumerable<Account> waiting = _accounts.Values.Where(account => account.Waiting.Count > 0);
        return (_accounts.Count > 1 ? waiting.OrderBy(account => account.Served) : waiting)
            .Select(account => account.Waiting.FirstOrDefault(task => !mustWait(task)))
            .FirstOrDefault(task => task is not null);
    }

    /// <summary>Takes out one that was admitted.</summary>
    public void Remove(InferenceTask task)
    {
        Count--;
        if (!_returned.Remove(task))
        {
            Account account = _accounts[Owner(task)];
            account.Waiting.Remove(task);
            _level = account.Served;
            account.Served += Math.Max(1, task.PromptCells + task.InitialAnswerCells);
        }
    }

    public void Charge(InferenceTask task, int tokens)
    {
        if (_accounts.TryGetValue(Owner(task), out Account? account))
        {
            account.Served += tokens;
        }
    }

    public void RemoveAbandoned()
    {
        foreach (LinkedList<InferenceTask> queue in (IEnumerable<LinkedList<InferenceTask>>)[_returned, .. _accounts.Values.Select(account => account.Waiting)])
        {
            for (LinkedListNode<InferenceTask>? node = queue.First; node is not null;)
            {
                LinkedListNode<InferenceTask>? next = node.Next;
                if (node.Value.IsAbandoned)
                {
                    queue.Remove(node);
                    Count--;
                }

                node = next;
            }
        }
    }

    public IReadOnlyList<InferenceTask> TakeAll()
    {
        InferenceTask[] all = [.. _returned, .. _accounts.Values.SelectMany(account => account.Waiting)];
        _returned.Clear();
        _accounts.Clear();
        Count = 0;
        return all;
    }

    /// <summary>Owners who are away and had no more than others: they would begin at the level anyway.</summary>
    private void Forget()
    {
        foreach (string owner in _accounts.Where(entry => entry.Value.Waiting.Count == 0 && entry.Value.Served <= _level).Select(entry => entry.Key).ToArray())
        {
            _accounts.Remove(owner);
        }
    }

    private static string Owner(InferenceTask task) => task.Cache.Owner ?? "";

    private sealed class Account
    {
        public LinkedList<InferenceTask> Waiting { get; } = [];

        /// <summary>Tokens.</summary>
        public long Served { get; set; }
    }
}
