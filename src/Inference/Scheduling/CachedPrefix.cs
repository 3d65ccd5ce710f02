namespace Pipeline.Inference.Scheduling;

/// <summary>The beginning of a prompt whose keys and values are kept in a sequence of their own.</summary>
internal sealed class CachedPrefix(int[] tokens, int sequence, int cells, CachedPrefix? parent)
{
    public int[] Tokens => tokens;

    public int Sequence => sequence;

    /// <summary>Cells this prefix brought; those before them belong to <see cref="Parent"/>.</summary>
    public int Cells => cells;

    public CachedPrefix? Parent => parent;

    /// <summary>Requests and longer prefixes that share these cells. Zero means evicting frees them.</summary>
    public int Users { get; set; }

    /// <summary>Admission count at the last use; the smallest is evicted first.</summary>
    public long LastUsed { get; set; }
}
