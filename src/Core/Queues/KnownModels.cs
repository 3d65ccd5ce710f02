namespace Pipeline.Core.Queues;

/// <summary>
/// The models that living workers do their kinds with, as of the last sample of the queues, at most a second old. Of a kind
/// without workers the last word counts: they will come back with the same.
/// </summary>
public sealed class KnownModels
{
    private volatile IReadOnlyList<KindModel> _all = [];

    /// <summary>In the order of their kinds and names.</summary>
    public IReadOnlyList<KindModel> All => _all;

    internal void Replace(IEnumerable<KindModel> living)
    {
        List<KindModel> now = [.. living];
        var kinds = now.Select(model => model.Kind).ToHashSet();
        _all = [.. now, .. _all.Where(model => !kinds.Contains(model.Kind))];
    }
}
