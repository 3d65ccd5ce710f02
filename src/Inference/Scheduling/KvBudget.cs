namespace Pipeline.Inference.Scheduling;

/// <summary>
/// Counts KV cells so that a batch is only composed of work that fits: running out inside a forward pass costs the
/// work of a sequence, waiting at admission costs nothing. Touched by the scheduler's loop only.
/// </summary>
internal sealed class KvBudget(int capacity)
{
    public int Capacity => capacity;

    public int Used { get; private set; }

    public bool TryReserve(int cells)
    {
        if (cells > capacity - Used)
        {
            return false;
        }

        Used += cells;
        return true;
    }

    public void Release(int cells)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cells, Used);
        Used -= cells;
    }
}
