namespace Pipeline.Inference.Scheduling;

/// <summary>
/// Requests that are not in the batch yet: interactive before bulk, fair between owners within each, and one bulk request after
/// every few interactive ones, so that no request starves. Touched by the scheduler's loop only.
/// </summary>
internal sealed class WaitingQueue(OwnerWeights weights)
{
    /// <summary>Interactive admissions in a row while bulk work waits.</summary>
    public const int InteractiveRunMax = 7;

    private readonly FairQueue _interactive = new(weights);
    private readonly FairQueue _bulk = new(weights);
    private int _interactiveRun;

    public int Count => _interactive.Count + _bulk.Count;

    public int CountOf(RequestPriority priority) => Of(priority).Count;

    public void Add(InferenceTask task) => Of(task.Priority).Add(task);

    /// <summary>An evicted request goes before all others of its class.</summary>
    public void Return(InferenceTask task) => Of(task.Priority).Return(task);

    /// <summary>Whose turn it is; null when all wait for something that is under way.</summary>
    public InferenceTask? Next(Func<InferenceTask, bool> mustWait)
    {
        bool bulkFirst = _interactiveRun >= InteractiveRunMax;
        return (bulkFirst ? _bulk : _interactive).Next(mustWait) ?? (bulkFirst ? _interactive : _bulk).Next(mustWait);
    }

    public void Admitted(InferenceTask task)
    {
        Of(task.Priority).Remove(task);
        bool overtook = task.Priority == RequestPriority.Interactive && _bulk.Count > 0;
        _interactiveRun = overtook ? _interactiveRun + 1 : 0;
    }

    /// <summary>A request is done: its owner is charged for what it really took.</summary>
    public void Ended(InferenceTask task) => Of(task.Priority).Ended(task);

    public void RemoveAbandoned()
    {
        _interactive.RemoveAbandoned();
        _bulk.RemoveAbandoned();
    }

    /// <summary>Empties the queue.</summary>
    public IReadOnlyList<InferenceTask> TakeAll() => [.. _interactive.TakeAll(), .. _bulk.TakeAll()];

    private FairQueue Of(RequestPriority priority) => priority == RequestPriority.Bulk ? _bulk : _interactive;
}
