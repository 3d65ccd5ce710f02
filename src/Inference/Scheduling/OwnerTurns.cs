namespace Pipeline.Inference.Scheduling;

/// <summary>
/// Whose turn it is among owners of requests: whoever has had the fewest tokens computed, over its weight. One that was away begins
/// where the others are, and has saved up nothing (start-time fair queueing, Goyal et al. 1996). Requests without an owner are one owner's.
/// </summary>
internal sealed class OwnerTurns(OwnerWeights weights)
{
    private const int OwnersMax = 1_024;

    private readonly Dictionary<string, double> _served = [];

    // Where the owner of the last admission stood: nobody who waits stands lower.
    private double _level;

    /// <summary>Where an owner stands; the lowest is next.</summary>
    public double Standing(string? owner) => Math.Max(_served.GetValueOrDefault(owner ?? ""), _level);

    /// <summary>A request of the owner is computed now.</summary>
    public void Admit(string? owner, int tokens)
    {
        if (_served.Count >= OwnersMax)
        {
            Forget();
        }

        _level = Standing(owner);
        _served[owner ?? ""] = _level + (Math.Max(1, tokens) / weights.Of(owner ?? ""));
    }

    /// <summary>It took so many more, or fewer, than was known when it was admitted.</summary>
    public void Correct(string? owner, int tokens)
    {
        if (_served.TryGetValue(owner ?? "", out double served))
        {
            _served[owner ?? ""] = served + (tokens / weights.Of(owner ?? ""));
        }
    }

    /// <summary>Owners who had no more than the level stand there anyway.</summary>
    private void Forget()
    {
        foreach (string owner in _served.Where(entry => entry.Value <= _level).Select(entry => entry.Key).ToArray())
        {
            _served.Remove(owner);
        }
    }
}
