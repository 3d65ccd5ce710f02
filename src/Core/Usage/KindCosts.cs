using Pipeline.Core.Results;

namespace Pipeline.Core.Usage;

/// <summary>What jobs of each kind take, read once a minute: it changes no faster.</summary>
public sealed class KindCosts(UsageStore usage, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly SingleFlightCache<ValueTuple, IReadOnlyDictionary<string, KindCost>> _costs = new(Lifetime, time, _ => usage.CostsAsync(CancellationToken.None));

    /// <summary>By the names of kinds.</summary>
    internal async Task<Func<string, KindCost>> ReadAsync(CancellationToken cancellationToken)
    {
        var costs = await _costs.GetAsync(default, cancellationToken);
        return kind => costs.GetValueOrDefault(kind, KindCost.Unmeasured);
    }
}
