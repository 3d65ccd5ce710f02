using System.Text;

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

    /// <summary>The literals as texts that are equal where values are: all numbers are one, since 1 and 1.0 are the same value.</summary>
    public IReadOnlySet<string> Texts => field ??=
        Literals.Select(literal => literal.Kind is JsonKinds.Number ? "number" : Encoding.UTF8.GetString(literal.Utf8)).ToHashSet();

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

/// <summary>A JSON scalar as it is written in an answer.</summary>
internal sealed record Literal(byte[] Utf8, JsonKinds Kind)
{
    public static Literal True { get; } = new("true"u8.ToArray(), JsonKinds.True);

    public static Literal False { get; } = new("false"u8.ToArray(), JsonKinds.False);

    public static Literal Null { get; } = new("null"u8.ToArray(), JsonKinds.Null);

    /// <summary>A string, escaped as little as JSON allows; null when it has a control character that only \u could write.</summary>
    public static Literal? Quote(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char character in text)
        {
            if (character is '"' or '\\')
            {
                quoted.Append('\\').Append(character);
            }
            else if (character >= ' ')
            {
                quoted.Append(character);
            }
            else if ("\b\f\n\r\t".IndexOf(character) is >= 0 and int escape)
            {
                quoted.Append('\\').Append("bfnrt"[escape]);
            }
            else
            {
                return null;
            }
        }

        return new(Encoding.UTF8.GetBytes(quoted.Append('"').ToString()), JsonKinds.String);
    }
}
