namespace Pipeline.TestSupport.Pipelines;

/// <summary>
/// How long tests wait for what a working system always does. Only a failing test waits that long, so the limit is far off:
/// on a busy machine everything may take many times as long as usual.
/// </summary>
public static class Patience
{
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(5);

    /// <summary>A token that ends one wait, or the reading of one stream.</summary>
    public static CancellationTokenSource Begin() => new(Limit, TimeProvider.System);
}
