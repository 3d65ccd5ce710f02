namespace Pipeline.Inference;

/// <summary>
/// What an owner's turn counts beside another's, where several wait: one with weight 3 has three times the tokens computed of one
/// with weight 1. All weigh 1 until the host says otherwise. Safe from any thread.
/// </summary>
public sealed class OwnerWeights
{
    private volatile IReadOnlyDictionary<string, double> _weights = new Dictionary<string, double>();

    /// <summary>More than zero.</summary>
    public double Of(string owner) => _weights.GetValueOrDefault(owner, 1);

    /// <param name="weights">Those that differ from 1; each more than zero.</param>
    public void Replace(IReadOnlyDictionary<string, double> weights) => _weights = weights;
}
