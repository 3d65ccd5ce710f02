namespace Pipeline.Inference.Structured;

/// <summary>
/// Tokens arranged by their bytes in flat arrays: nodes in preorder, so that a walk goes forward and skips a forbidden
/// prefix, with everything below it, in one jump.
/// </summary>
internal sealed class TokenTrie
{
    private readonly List<byte> _bytes = [];
    private readonly List<int> _depths = [];
    private readonly List<int> _ends = [];
    private readonly List<int> _firstTokens = [];
    private readonly int[] _tokens;

    /// <param name="tokens">Tokens with at least one byte.</param>
    /// <param name="bytesOf">Bytes of a token.</param>
    public TokenTrie(IEnumerable<int> tokens, Func<int, ReadOnlyMemory<byte>> bytesOf)
    {
        _tokens = [.. tokens];
        Array.Sort(_tokens, (a, b) => bytesOf(a).Span.SequenceCompareTo(bytesOf(b).Span));
        List<int> path = [];
        ReadOnlyMemory<byte> last = default;
        for (int i = 0; i < _tokens.Length; i++)
        {
            ReadOnlyMemory<byte> bytes = bytesOf(_tokens[i]);
            Close(path, bytes.Span.CommonPrefixLength(last.Span));
            Open(path, bytes.Span, firstToken: i);
            last = bytes;
        }

        Close(path, 0);
        _firstTokens.Add(_tokens.Length);
    }

    /// <summary>Nodes; they are numbered in preorder from 0.</summary>
    public int Count => _bytes.Count;

    /// <summary>Bytes of the longest token.</summary>
    public int DepthMax { get; private set; }

    /// <summary>Byte that leads to the node.</summary>
    public byte ByteAt(int node) => _bytes[node];

    /// <summary>Bytes before that one.</summary>
    public int DepthOf(int node) => _depths[node];

    /// <summary>First node that is not below this one.</summary>
    public int EndOf(int node) => _ends[node];

    /// <summary>Tokens that are exactly the bytes down to the node.</summary>
    public ReadOnlySpan<int> TokensAt(int node) => _tokens.AsSpan(_firstTokens[node].._firstTokens[node + 1]);

    private void Open(List<int> path, ReadOnlySpan<byte> bytes, int firstToken)
    {
        foreach (byte next in bytes[path.Count..])
        {
            path.Add(Count);
            _bytes.Add(next);
            _depths.Add(path.Count - 1);
            _ends.Add(0);
            _firstTokens.Add(firstToken);
        }

        DepthMax = Math.Max(DepthMax, path.Count);
    }

    private void Close(List<int> path, int length)
    {
        foreach (int node in path.Skip(length))
        {
            _ends[node] = Count;
        }

        path.RemoveRange(length, path.Count - length);
    }
}
