namespace Pipeline.Inference.Structured.Patterns;

internal enum PatternKind
{
    /// <summary>No text at all.</summary>
    Nothing,

    /// <summary>The text without characters.</summary>
    Empty,
    Character,
    Sequence,
    Either,
    Both,
    Not,
    Repeat,
}

/// <summary>A regular expression with conjunction and negation. Equal terms are one object, see <see cref="PatternTerms"/>.</summary>
internal sealed class PatternTerm
{
    public required int Id { get; init; }

    public required PatternKind Kind { get; init; }

    public CharacterSet Characters { get; init; } = CharacterSet.None;

    public IReadOnlyList<PatternTerm> Parts { get; init; } = [];

    public int Min { get; init; }

    /// <summary><see cref="int.MaxValue"/>: as often as you like.</summary>
    public int Max { get; init; }

    /// <summary>Whether the text without characters matches.</summary>
    public required bool TakesEmpty { get; init; }
}
