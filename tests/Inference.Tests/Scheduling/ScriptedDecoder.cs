using Pipeline.Inference.Decoding;

namespace Pipeline.Inference.Tests.Scheduling;

/// <summary>
/// A decoder whose logits depend on every token of a sequence, in order, and on nothing else. It keeps cells as a unified
/// KV cache does and throws on whatever a real one would abort on.
/// </summary>
internal sealed class ScriptedDecoder(DecoderLimits limits) : IDecoder
{
    public const int VocabularySize = 64;

    private readonly Dictionary<int, List<Cell>> _sequences = [];
    private readonly Dictionary<int, float[]> _logits = [];

    public DecoderLimits Limits => limits;

    /// <summary>Answers for the next passes; Ok once it is empty.</summary>
    public Queue<DecodeResult> Script { get; } = new();

    /// <summary>Fails every batch that holds this token.</summary>
    public int? PoisonToken { get; set; }

    /// <summary>Sequences with their tokens of every pass.</summary>
    public List<DecodeCall> Calls { get; } = [];

    /// <summary>Changes what every token of a pass means.</summary>
    public int Adapter { get; private set; }

    public void UseAdapter(int adapter) => Adapter = adapter;

    public int CellsUsed => _sequences.Values.SelectMany(cells => cells).Distinct().Count();

    public DecodeResult Decode(DecodeBatch batch, CancellationToken cancellationToken)
    {
        batch.Count.ShouldBeInRange(1, limits.BatchTokens);
        batch.Outputs.ShouldBeLessThanOrEqualTo(limits.OutputsMax);
        if (Script.TryDequeue(out DecodeResult scripted) && scripted != DecodeResult.Ok)
        {
            return scripted;
        }

        if (PoisonToken is int poison && batch.Tokens.Contains(poison))
        {
            return DecodeResult.Failed;
        }

        if (CellsUsed + batch.Count > limits.ContextTokens)
        {
            return DecodeResult.CacheFull;
        }

        Calls.Add(new([.. batch.Tokens], [.. Enumerable.Range(0, batch.Count).Select(i => batch.GetSequences(i)[0])], Adapter));
        _logits.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            List<Cell> cells = Cells(batch.GetSequences(i)[0]);
            batch.Positions[i].ShouldBe(cells.Count, "positions of a sequence have no gap");
            cells.Add(new(Through(Adapter, batch.Tokens[i])));
            if (batch.WantsLogits[i])
            {
                _logits[i] = LogitsAfter(cells.Select(cell => cell.Token));
            }
        }

        return DecodeResult.Ok;
    }

    public ReadOnlySpan<float> GetLogits(int batchIndex) => _logits[batchIndex];

    public void CopySequence(int source, int destination, int start, int end)
    {
        start.ShouldBe(0);
        Cells(destination).ShouldBeEmpty();
        end.ShouldBeLessThanOrEqualTo(Cells(source).Count);
        Cells(destination).AddRange(Cells(source).Take(end));
    }

    public void RemoveSequence(int sequence, int start, int end)
    {
        end.ShouldBe(int.MaxValue);
        List<Cell> cells = Cells(sequence);
        cells.RemoveRange(Math.Min(start, cells.Count), Math.Max(0, cells.Count - start));
    }

    public void Dispose()
    {
    }

    /// <summary>What the token is to <see cref="LogitsAfter"/> that is computed through an adapter.</summary>
    public static int Through(int adapter, int token) => token + (adapter * VocabularySize);

    /// <summary>What the pass must give after these tokens: the reference of the tests.</summary>
    public static float[] LogitsAfter(IEnumerable<int> tokens)
    {
        uint hash = 2_166_136_261;
        foreach (int token in tokens)
        {
            hash = (hash ^ (uint)token) * 16_777_619;
        }

        float[] logits = new float[VocabularySize];
        for (int i = 0; i < logits.Length; i++)
        {
            hash = (hash ^ (uint)i) * 16_777_619;
            logits[i] = (hash >> 8) / (float)(1 << 22);
        }

        return logits;
    }

    private List<Cell> Cells(int sequence)
    {
        sequence.ShouldBeInRange(0, limits.SequencesMax - 1);
        return _sequences.TryGetValue(sequence, out List<Cell>? cells) ? cells : _sequences[sequence] = [];
    }

    // A class, so that a copied cell is the same cell.
    private sealed class Cell(int token)
    {
        public int Token => token;
    }
}

/// <summary>One forward pass.</summary>
internal sealed record DecodeCall(int[] Tokens, int[] Sequences, int Adapter);
