namespace Pipeline.Inference.Scheduling;

/// <summary>Waiting requests of one class. Next is the oldest of the owner whose turn it is.</summary>
internal sealed class FairQueue(OwnerWeights weights)
{
    private readonly OwnerTurns _turns = new(weights);
    private readonly Dictionary<string, LinkedList<InferenceTask>> _waiting = [];

    // Evicted ones: they were admitted once, in their turn.
    private readonly LinkedList<InferenceTask> _returned = [];

    public int Count { get; private set; }

    public void Add(InferenceTask task)
    {
        if (!_waiting.TryGetValue(Owner(task), out LinkedList<InferenceTask>? queue))
        {
            _waiting[Owner(task)] = queue = [];
        }

        queue.AddLast(task);
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
        IEnumerable<KeyValuePair<string, LinkedList<InferenceTask>>> queues = _waiting.Count > 1 ? _waiting.OrderBy(queue => _turns.Standing(queue.Key)) : _waiting;
        return queues.Select(queue => queue.Value.FirstOrDefault(task => !mustWait(task))).FirstOrDefault(task => task is not null);
    }

    /// <summary>Takes out one that was admitted.</summary>
    public void Remove(InferenceTask task)
    {
        Count--;
        if (!_returned.Remove(task))
        {
            _waiting[Owner(task)].Remove(task);
            _turns.Admit(Owner(task), task.PromptCells + task.InitialAnswerCells);
            Forget();
        }
    }

    /// <summary>What it took beyond what was reserved when it was admitted.</summary>
    public void Ended(InferenceTask task) => _turns.Correct(Owner(task), task.AnswerCells - task.InitialAnswerCells);

    public void RemoveAbandoned()
    {
        RemoveAbandoned(_returned);
        foreach (LinkedList<InferenceTask> queue in _waiting.Values)
        {
            RemoveAbandoned(queue);
        }

        Forget();
    }

    public IReadOnlyList<InferenceTask> TakeAll()
    {
        InferenceTask[] all = [.. _returned, .. _waiting.Values.SelectMany(queue => queue)];
        _returned.Clear();
        _waiting.Clear();
        Count = 0;
        return all;
    }

    private void RemoveAbandoned(LinkedList<InferenceTask> queue)
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

    private void Forget()
    {
        foreach (string owner in _waiting.Where(queue => queue.Value.Count == 0).Select(queue => queue.Key).ToArray())
        {
            _waiting.Remove(owner);
        }
    }

    private static string Owner(InferenceTask task) => task.Cache.Owner ?? "";
}
