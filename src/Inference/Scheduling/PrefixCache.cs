namespace Pipeline.Inference.Scheduling;

/// <summary>
/// Prompt prefixes computed once and shared by every later request, kept while hot. Touched by the scheduler's loop only.
/// </summary>
internal sealed class PrefixCache(SequenceTable sequences, KvBudget budget, int prefixesMax)
{
    /// <summary>Shorter prefixes cost more to keep than to compute.</summary>
    public const int TokensMin = 8;

    private readonly List<CachedPrefix> _prefixes = [];
    private long _uses;

    public int Count => _prefixes.Count;

    /// <summary>
    /// The prefix that shares most tokens with the prompt, of those that the request may use; its last token is never shared,
    /// because its logits are wanted.
    /// </summary>
    public CachedPrefix? Find(InferenceTask task, out int length)
    {
        ReadOnlySpan<int> prompt = task.Prompt;
        CachedPrefix? best = null;
        length = 0;
        foreach (CachedPrefix prefix in _prefixes)
        {
            if (prefix.Adapter != task.Adapter || !prefix.Scope.IsOpenTo(task.Cache))
            {
                continue;
            }

            int common = Math.Min(prompt.CommonPrefixLength(prefix.Tokens), prompt.Length - 1);
            if (common > length)
            {
                (best, length) = (prefix, common);
            }
        }

        return best;
    }

    public void Use(CachedPrefix prefix)
    {
        prefix.Users++;
        prefix.LastUsed = ++_uses;
    }

    /// <summary>True when computing this request's prefix will save work of others.</summary>
    public bool WantsPrefixOf(InferenceTask task) =>
        prefixesMax > 0 && task.SharedTokens >= TokensMin && task.CachedTokens < task.SharedTokens;

    /// <summary>Keeps the shared tokens that a request has just computed; does nothing when no sequence is free for them.</summary>
    public void Keep(InferenceTask task)
    {
        if (_prefixes.Count >= prefixesMax && !EvictOne())
        {
            return;
        }

        if (sequences.TryFork(task.Sequence!.Value, task.SharedTokens) is not int sequence)
        {
            return;
        }

        // The request hands its cells and its use of the shorter prefix over, and uses the new one instead.
        int cells = task.SharedTokens - task.CachedTokens;
        CachedPrefix prefix = new(task.Prompt[..task.SharedTokens], sequence, cells, task.Prefix, task.Cache) { Adapter = task.Adapter };
        task.PromptCells -= cells;
        task.Prefix = prefix;
        _prefixes.Add(prefix);
        Use(prefix);
    }

    /// <summary>Frees the least recently used prefix that no request shares.</summary>
    public bool EvictOne()
    {
        CachedPrefix? victim = _prefixes.Where(prefix => prefix.Users == 0).MinBy(prefix => prefix.LastUsed);
        if (victim is null)
        {
            return false;
        }

        _prefixes.Remove(victim);
        sequences.Return(victim.Sequence);
        budget.Release(victim.Cells);
        if (victim.Parent is { } parent)
        {
            parent.Users--;
        }

        return true;
    }
}

/// <summary>The beginning of a prompt whose keys and values are kept in a sequence of their own.</summary>
internal sealed class CachedPrefix(int[] tokens, int sequence, int cells, CachedPrefix? parent, CacheScope scope)
{
    public int[] Tokens => tokens;

    public int Sequence => sequence;

    /// <summary>Cells this prefix brought; those before them belong to <see cref="Parent"/>.</summary>
    public int Cells => cells;

    public CachedPrefix? Parent => parent;

    /// <summary>That of the request which brought it.</summary>
    public CacheScope Scope => scope;

    /// <summary>That it was computed with; another one's keys and values differ.</summary>
    public int Adapter { get; init; }

    /// <summary>Requests and longer prefixes that share these cells. Zero means evicting frees them.</summary>
    public int Users { get; set; }

    /// <summary>Admission count at the last use; the smallest is evicted first.</summary>
    public long LastUsed { get; set; }
}
