namespace Pipeline.Inference.Structured.Rules;

/// <summary>One of some fixed texts: an enum, a constant, true, false, null, or the name of a property.</summary>
/// <remarks>Phase is the node in a trie of the texts.</remarks>
internal sealed class LiteralRule : Rule
{
    private readonly Dictionary<(int Node, byte Next), int> _edges = [];
    private readonly HashSet<int> _ends = [];

    /// <param name="literals">JSON texts in UTF-8, with their kinds.</param>
    public LiteralRule(IReadOnlyCollection<Literal> literals)
    {
        Literals = literals;
        Kinds = literals.Aggregate(JsonKinds.None, (kinds, literal) => kinds | literal.Kind);
        foreach (Literal literal in literals)
        {
            Add(literal.Utf8);
        }

        Measure();
    }

    public IReadOnlyCollection<Literal> Literals { get; }

    public override JsonKinds Kinds { get; }

    public override void Step(Position at, Frame? rest, byte next, List<Cursor> to)
    {
        if (_edges.TryGetValue((at.Phase, next), out int node))
        {
            to.Add(new(this, new(node), rest));
        }
    }

    public override bool Ends(Position at) => _ends.Contains(at.Phase);

    protected override int MeasureParts() => 0;

    private void Add(byte[] text)
    {
        int node = 0;
        foreach (byte next in text)
        {
            // Every node but the root has one edge into it, so the count of edges numbers them.
            _edges.TryAdd((node, next), _edges.Count + 1);
            node = _edges[(node, next)];
        }

        _ends.Add(node);
    }
}
