namespace Pipeline.Inference.Scheduling;

/// <summary>
/// Requests that are not in the batch yet: interactive before bulk, first come first served within each, and one bulk
/// request after every few interactive ones, so that no request starves. Touched by the scheduler's loop only.
/// </summary>
internal sealed class WaitingQueue
{
    /// <summary>Interactive admissions in a row while bulk work waits.</summary>
    public const int InteractiveRunMax = 7;

    private readonly LinkedList<InferenceTask> _interactive = [];
    private readonly LinkedList<InferenceTask> _bulk = [];
    private int _interactiveRun;

    public int Count => _interactive.Count + _bulk.Count;

    public int CountOf(RequestPriority priority) => Of(priority).Count;

    public void Add(InferenceTask task) => Of(task.Priority).AddLast(task);

    /// <summary>An evicted request goes before all others of its class.</summary>
    public void Return(InferenceTask task) => Of(task.Priority).AddFirst(task);

    /// <summary>Whose turn it is; null when all wait for something that is under way.</summary>
    public InferenceTask? Next(Func<InferenceTask, bool> mustWait)
    {
        bool bulkFirst = _interactiveRun >= InteractiveRunMax;
        return (bulkFirst ? _bulk : _interactive).FirstOrDefault(task => !mustWait(task))
            ?? (bulkFirst ? _interactive : _bulk).FirstOrDefault(task => !mustWait(task));
    }

    public void Admitted(InferenceTask task)
    {
        Of(task.Priority).Remove(task);
        bool overtook = task.Priority == RequestPriority.Interactive && _bulk.Count > 0;
        _interactiveRun = overtook ? _interactiveRun + 1 : 0;
    }

    public void RemoveAbandoned()
    {
        RemoveAbandoned(_interactive);
        RemoveAbandoned(_bulk);
    }

    /// <summary>Empties the queue.</summary>
    public IReadOnlyList<InferenceTask> TakeAll()
    {
        InferenceTask[] all = [.. _interactive, .. _bulk];
        _interactive.Clear();
        _bulk.Clear();
        return all;
    }

    private LinkedList<InferenceTask> Of(RequestPriority priority) => priority == RequestPriority.Bulk ? _bulk : _interactive;

    private static void RemoveAbandoned(LinkedList<InferenceTask> queue)
    {
        for (LinkedListNode<InferenceTask>? node = queue.First; node is not null;)
        {
            LinkedListNode<InferenceTask>? next = node.Next;
            if (node.Value.IsAbandoned)
            {
                queue.Remove(node);
            }

            node = next;
        }
    }
}
