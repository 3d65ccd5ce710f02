namespace Pipeline.Inference.Structured.Rules;

/// <summary>Digests of names, the last one first. Never changed, so that all readings of an answer share what they have in common.</summary>
internal sealed class NameSet(long name, NameSet? rest) : IEquatable<NameSet>
{
    private readonly int _count = (rest?._count ?? 0) + 1;
    private readonly long _all = unchecked(((rest?._all ?? 0) * 31) + name);

    public static bool Has(NameSet? names, long name)
    {
        for (; names is not null; names = names.Rest)
        {
            if (names.Name == name)
            {
                return true;
            }
        }

        return false;
    }

    private long Name => name;

    private NameSet? Rest => rest;

    public bool Equals(NameSet? other) => ReferenceEquals(this, other) || (other is not null && _count == other._count && _all == other._all);

    public override bool Equals(object? obj) => Equals(obj as NameSet);

    public override int GetHashCode() => HashCode.Combine(_count, _all);
}
