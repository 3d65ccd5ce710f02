namespace Pipeline.Inference.Structured.Rules;

/// <summary>Where a rule stands in its value. Each rule says what it keeps here; default is before the first byte.</summary>
/// <param name="Names">Names that an object whose names are free has already.</param>
internal readonly record struct Position(int Phase, int Count = 0, long Number = 0, NameSet? Names = null);

/// <summary>
/// An open object or array and where it continues after the value inside it. Frames are never changed, so that all
/// cursors behind a token share them and none copies a stack.
/// </summary>
internal sealed record Frame(Rule Rule, Position At, Frame? Rest)
{
    // Stacks are compared often where many alternatives are open, and mostly differ.
    private readonly int _hash = HashCode.Combine(Rule, At, Rest);

    /// <summary>Open objects and arrays, this one included.</summary>
    public int Depth { get; } = (Rest?.Depth ?? 0) + 1;

    public bool Equals(Frame? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && Rule == other.Rule && At == other.At && Equals(Rest, other.Rest));

    public override int GetHashCode() => _hash;
}

/// <summary>One way in which the bytes so far can be read: a position in a rule, inside of frames.</summary>
internal readonly record struct Cursor(Rule Rule, Position At, Frame? Rest)
{
    /// <summary>True when the whole answer is complete.</summary>
    public bool CanEnd => Rest is null && Rule.Ends(At);

    /// <summary>Adds the cursors behind one more byte. Where the value is complete, the byte may also be of what is around it.</summary>
    public void Step(byte next, List<Cursor> to)
    {
        Rule.Step(At, Rest, next, to);
        if (Rest is { } around && Rule.Ends(At))
        {
            new Cursor(around.Rule, around.At, around.Rest).Step(next, to);
        }
    }
}
