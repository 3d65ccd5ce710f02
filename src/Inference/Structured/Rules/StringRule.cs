namespace Pipeline.Inference.Structured.Rules;

/// <summary>
/// A string of any text: valid UTF-8 without raw control characters. Only the two-character escapes are there; \u is not,
/// because every character but controls can be written as it is, and models would spell Hangul with it.
/// </summary>
/// <remarks>Phase is what the next byte may be, Count the characters (code points) begun.</remarks>
internal sealed class StringRule : Rule
{
    public const int Start = 0, Text = 1, Escape = 2, Closed = 3;

    // Bytes that a character still needs, and four leads whose second byte is restricted (overlong forms, surrogates, beyond U+10FFFF).
    private const int One = 4, Two = 5, Three = 6, AfterE0 = 7, AfterEd = 8, AfterF0 = 9, AfterF4 = 10;

    private readonly int _lengthMin;
    private readonly int _lengthMax;

    public StringRule(int lengthMin = 0, int lengthMax = int.MaxValue)
    {
        (_lengthMin, _lengthMax) = (lengthMin, lengthMax);
        Measure();
    }

    public override JsonKinds Kinds => JsonKinds.String;

    /// <inheritdoc/>
    public override int? RoomAt(Position at) => at.Phase == Text ? _lengthMax - at.Count : null;

    /// <summary>Characters that these bytes begin when read inside any string; null when they leave it or may not be there.</summary>
    public static int? CountInside(ReadOnlySpan<byte> bytes)
    {
        Position at = new(Text);
        foreach (byte next in bytes)
        {
            at = new(Follow(at.Phase, next), at.Count + (at.Phase == Text ? 1 : 0));
            if (at.Phase is Start or Closed)
            {
                return null;
            }
        }

        return at.Count;
    }

    public override void Step(Position at, Frame? rest, byte next, List<Cursor> to)
    {
        int phase = Follow(at.Phase, next);
        bool begins = at.Phase == Text && phase != Closed;
        bool allowed = phase != Start && (begins ? at.Count < _lengthMax : phase != Closed || at.Count >= _lengthMin);
        if (allowed)
        {
            to.Add(new(this, new(phase, at.Count + (begins ? 1 : 0)), rest));
        }
    }

    public override bool Ends(Position at) => at.Phase == Closed;

    protected override int MeasureParts() => 0;

    /// <summary>The phase behind a byte; Start when it may not come.</summary>
    public static int Follow(int phase, byte next) => (phase, next) switch
    {
        (Start, (byte)'"') => Text,
        (Text, (byte)'"') => Closed,
        (Text, (byte)'\\') => Escape,
        (Text, >= 0x20 and <= 0x7F) => Text,
        (Text, >= 0xC2 and <= 0xDF) => One,
        (Text, 0xE0) => AfterE0,
        (Text, 0xED) => AfterEd,
        (Text, >= 0xE1 and <= 0xEF) => Two,
        (Text, 0xF0) => AfterF0,
        (Text, >= 0xF1 and <= 0xF3) => Three,
        (Text, 0xF4) => AfterF4,
        (Escape, (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t') => Text,
        (One, >= 0x80 and <= 0xBF) => Text,
        (Two, >= 0x80 and <= 0xBF) or (AfterE0, >= 0xA0 and <= 0xBF) or (AfterEd, >= 0x80 and <= 0x9F) => One,
        (Three, >= 0x80 and <= 0xBF) or (AfterF0, >= 0x90 and <= 0xBF) or (AfterF4, >= 0x80 and <= 0x8F) => Two,
        _ => Start,
    };
}
