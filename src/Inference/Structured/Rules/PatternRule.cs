using Pipeline.Inference.Structured.Patterns;

namespace Pipeline.Inference.Structured.Rules;

/// <summary>A string that matches a pattern, within bounds of its length. Characters are written as in any string, with the escapes of two characters.</summary>
/// <remarks>
/// Count is the characters so far. Number is the state of the machine in the lower 32 bits, and above them the code point that
/// has begun. Phases of such a code point say how many bytes it has, and how many are still to come.
/// </remarks>
internal sealed class PatternRule : Rule
{
    private const int Start = 0, Text = 1, Escape = 2, Closed = 3, OneOfTwo = 4, TwoOfThree = 5, OneOfThree = 6, ThreeOfFour = 7, TwoOfFour = 8, OneOfFour = 9;

    private const string Escapes = "\"\\/bfnrt";
    private const string Escaped = "\"\\/\b\f\n\r\t";

    private readonly TextMachine _machine;
    private readonly int _lengthMin;
    private readonly int _lengthMax;
    private readonly PatternLengths? _lengths;

    /// <param name="machine">What the text matches.</param>
    /// <param name="lengths">Null where the bounds never matter at once.</param>
    public PatternRule(TextMachine machine, int lengthMin, int lengthMax, PatternLengths? lengths)
    {
        (_machine, _lengthMin, _lengthMax, _lengths) = (machine, lengthMin, lengthMax, lengths);
        Measure();
    }

    /// <summary>True when no text matches the pattern and has such a length.</summary>
    public bool IsEmpty => !Fits(0, 0);

    public override JsonKinds Kinds => JsonKinds.String;

    public override void Step(Position at, Frame? rest, byte next, List<Cursor> to)
    {
        int state = (int)(at.Number & int.MaxValue), begun = (int)(at.Number >> 32);
        switch (at.Phase)
        {
            case Start when next == (byte)'"':
                to.Add(new(this, new(Text), rest));
                break;
            case Text when next == (byte)'"':
                if (_machine.EndsAt(state) && at.Count >= _lengthMin)
                {
                    to.Add(new(this, new(Closed), rest));
                }

                break;
            case Text when next == (byte)'\\':
                if (Escaped.Any(character => Behind(state, character, at.Count) is not null))
                {
                    to.Add(new(this, at with { Phase = Escape }, rest));
                }

                break;
            case Text when next is >= 0x20 and < 0x80:
                AddBehind(at, rest, state, next, to);
                break;
            case Text when next >= 0xC2:
                Begin(at, rest, state, next, to);
                break;
            case Escape when Escapes.IndexOf((char)next) is >= 0 and int escape:
                AddBehind(at, rest, state, Escaped[escape], to);
                break;
            case >= OneOfTwo when next is >= 0x80 and <= 0xBF:
                Continue(at, rest, state, (begun << 6) | (next & 0x3F), to);
                break;
        }
    }

    public override bool Ends(Position at) => at.Phase == Closed;

    protected override int MeasureParts() => 0;

    private void Begin(Position at, Frame? rest, int state, byte lead, List<Cursor> to)
    {
        (int phase, int bits) = lead switch
        {
            <= 0xDF => (OneOfTwo, lead & 0x1F),
            <= 0xEF => (TwoOfThree, lead & 0x0F),
            <= 0xF4 => (ThreeOfFour, lead & 0x07),
            _ => (Start, 0),
        };
        if (phase != Start)
        {
            AddBegun(at, rest, state, phase, bits, to);
        }
    }

    private void Continue(Position at, Frame? rest, int state, int bits, List<Cursor> to)
    {
        if (at.Phase is OneOfTwo or OneOfThree or OneOfFour)
        {
            AddBehind(at, rest, state, bits, to);
        }
        else
        {
            AddBegun(at, rest, state, at.Phase + 1, bits, to);
        }
    }

    /// <summary>Goes on within a character, if one that begins so may come.</summary>
    private void AddBegun(Position at, Frame? rest, int state, int phase, int bits, List<Cursor> to)
    {
        (int missing, int least, int most) = phase switch
        {
            OneOfTwo => (1, 0x80, 0x7FF),
            TwoOfThree => (2, 0x800, 0xFFFF),
            OneOfThree => (1, 0x800, 0xFFFF),
            ThreeOfFour => (3, 0x10000, CharacterSet.Last),
            TwoOfFour => (2, 0x10000, CharacterSet.Last),
            _ => (1, 0x10000, CharacterSet.Last),
        };
        int first = Math.Max(bits << (6 * missing), least), last = Math.Min(((bits + 1) << (6 * missing)) - 1, most);
        if (first <= last && _machine.StepAny(state, first, last).Any(next => Fits(next, at.Count + 1)))
        {
            to.Add(new(this, at with { Phase = phase, Number = ((long)bits << 32) | (uint)state }, rest));
        }
    }

    private void AddBehind(Position at, Frame? rest, int state, int character, List<Cursor> to)
    {
        if (Behind(state, character, at.Count) is { } next)
        {
            to.Add(new(this, new(Text, at.Count + 1, next), rest));
        }
    }

    private int? Behind(int state, int character, int count) =>
        _machine.Step(state, character) is { } next && Fits(next, count + 1) ? next : null;

    /// <summary>True when a text of these characters and more, from this state on, keeps the bounds.</summary>
    private bool Fits(int state, int count) =>
        count <= _lengthMax
        && _machine.Shortest[state] <= _lengthMax - count
        && _machine.Longest[state] >= _lengthMin - count
        && (_lengths is null || count >= _lengthMin || _lengths.AnyIn(state, _lengthMin - count, _lengthMax - count));
}
