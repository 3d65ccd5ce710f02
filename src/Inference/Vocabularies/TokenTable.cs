namespace Pipeline.Inference.Vocabularies;

/// <summary>The texts of tokens, found by walking along a text byte by byte. Immutable: any thread may walk.</summary>
internal sealed class TokenTable
{
    private readonly byte[][] _tokens;

    // Where the tokens with each first byte begin; one more for the end.
    private readonly int[] _first = new int[257];

    /// <param name="tokens">In any order; what is there twice counts once, and nothing is no token.</param>
    public TokenTable(IEnumerable<byte[]> tokens)
    {
        _tokens = [.. tokens.Where(token => token.Length > 0).Distinct(ByteTexts.Equal).Order(ByteTexts.Order)];
        int at = 0;
        for (int value = 0; value < 256; value++)
        {
            _first[value] = at;
            while (at < _tokens.Length && _tokens[at][0] == value)
            {
                at++;
            }
        }

        _first[256] = at;
        LengthMax = _tokens.Length is 0 ? 0 : _tokens.Max(token => token.Length);
    }

    public IReadOnlyList<byte[]> Tokens => _tokens;

    /// <summary>Of the longest token, in bytes.</summary>
    public int LengthMax { get; }

    /// <summary>Whether any text at all is made of tokens.</summary>
    public bool HasEveryByte => Enumerable.Range(0, 256).All(value => _first[value] < _first[value + 1] && _tokens[_first[value]].Length is 1);

    /// <summary>Writes the lengths of the tokens that stand at the beginning of a text, the shortest first.</summary>
    /// <param name="lengths">Has room for <see cref="LengthMax"/>.</param>
    /// <returns>How many there are.</returns>
    public int Match(ReadOnlySpan<byte> text, Span<int> lengths)
    {
        int found = 0;
        (int low, int high) = (_first[text[0]], _first[text[0] + 1]);
        for (int length = 1; low < high; length++)
        {
            if (_tokens[low].Length == length)
            {
                lengths[found++] = length;
                low++;
            }

            if (length == text.Length)
            {
                break;
            }

            (low, high) = (Bound(low, high, length, text[length]), Bound(low, high, length, text[length] + 1));
        }

        return found;
    }

    /// <summary>The first of some tokens, which agree up to a place, that has this byte or a greater one there.</summary>
    private int Bound(int low, int high, int place, int value)
    {
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _tokens[middle][place] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private sealed class ByteTexts : IEqualityComparer<byte[]>, IComparer<byte[]>
    {
        public static readonly IEqualityComparer<byte[]> Equal = new ByteTexts();
        public static readonly IComparer<byte[]> Order = new ByteTexts();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj)
        {
            HashCode hash = default;
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
