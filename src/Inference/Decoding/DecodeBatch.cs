namespace Pipeline.Inference.Decoding;

/// <summary>Tokens of one forward pass, reused from pass to pass. Written by the scheduler's loop only.</summary>
public sealed class DecodeBatch(int tokensMax)
{
    private readonly int[] _tokens = new int[tokensMax];
    private readonly int[] _positions = new int[tokensMax];
    private readonly int[] _sequenceEnds = new int[tokensMax];
    private readonly bool[] _wantsLogits = new bool[tokensMax];
    private int[] _sequences = new int[tokensMax];

    /// <summary>Tokens in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens that want logits.</summary>
    public int Outputs { get; private set; }

    /// <summary>Tokens that still fit.</summary>
    public int Room => _tokens.Length - Count;

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    public ReadOnlySpan<bool> WantsLogits => _wantsLogits.AsSpan(0, Count);

    /// <summary>Sequences a token belongs to; at least one.</summary>
    public ReadOnlySpan<int> GetSequences(int batchIndex) => _sequences.AsSpan(Start(batchIndex).._sequenceEnds[batchIndex]);

    /// <summary>Appends a token of one sequence and returns its index in the batch.</summary>
    public int Add(int token, int position, int sequence, bool wantsLogits) => Add(token, position, [sequence], wantsLogits);

    /// <summary>Appends a token that several sequences share and returns its index in the batch.</summary>
    public int Add(int token, int position, ReadOnlySpan<int> sequences, bool wantsLogits)
    {
        ArgumentOutOfRangeException.ThrowIfZero(Room);
        ArgumentOutOfRangeException.ThrowIfZero(sequences.Length);
        int start = Start(Count);
        if (start + sequences.Length > _sequences.Length)
        {
            Array.Resize(ref _sequences, Math.Max(2 * _sequences.Length, start + sequences.Length));
        }

        sequences.CopyTo(_sequences.AsSpan(start));
        _tokens[Count] = token;
        _positions[Count] = position;
        _sequenceEnds[Count] = start + sequences.Length;
        _wantsLogits[Count] = wantsLogits;
        Outputs += wantsLogits ? 1 : 0;
        return Count++;
    }

    public void Clear() => (Count, Outputs) = (0, 0);

    private int Start(int batchIndex) => batchIndex == 0 ? 0 : _sequenceEnds[batchIndex - 1];
}
