namespace Pipeline.Inference.Scheduling;

/// <summary>
/// Which adapter computes next: a pass has one, so those with requests take turns of a few passes, because a change costs the library a new
/// plan of its computation. Touched by the scheduler's loop only.
/// </summary>
/// <param name="passesMax">Passes of a turn, while others wait.</param>
internal sealed class AdapterTurns(int passesMax)
{
    private int _adapter;
    private int _passes;

    /// <param name="active">Requests in the batch, the oldest first.</param>
    /// <returns>The adapter of the next pass; that of the last one where there are none.</returns>
    public int Next(IReadOnlyList<InferenceTask> active)
    {
        bool hasOwn = false;
        int? above = null, lowest = null;
        foreach (InferenceTask task in active)
        {
            hasOwn |= task.Adapter == _adapter;
            above = task.Adapter > _adapter ? Math.Min(above ?? int.MaxValue, task.Adapter) : above;
            lowest = Math.Min(lowest ?? int.MaxValue, task.Adapter);
        }

        if (!hasOwn || _passes >= passesMax)
        {
            (_adapter, _passes) = (above ?? lowest ?? _adapter, 0);
        }

        _passes++;
        return _adapter;
    }
}
