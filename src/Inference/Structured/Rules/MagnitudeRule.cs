namespace Pipeline.Inference.Structured.Rules;

/// <summary>The digits of a number, sign apart, in a range of multiples of a step on a grid of 10^-fractionDigits.</summary>
/// <remarks>
/// Phase is 0 before the point and 1 + the digits behind it after; Count is all digits; Number is them read as one integer.
/// A digit is allowed when some number that begins so is in the range, which arithmetic answers without any table of states.
/// </remarks>
internal sealed class MagnitudeRule : Rule
{
    private const int DigitsMax = JsonSchemaLimits.DigitsMax;

    private readonly Int128 _min;
    private readonly Int128 _max;
    private readonly int _fractionDigits;
    private readonly Int128 _step;

    private MagnitudeRule(Int128 min, Int128 max, NumberRange grid)
    {
        (_min, _max, _fractionDigits, _step) = (min, max, grid.FractionDigits, grid.Step);
        Measure();
    }

    public override JsonKinds Kinds => JsonKinds.Number;

    /// <summary>Null when no number of at most <see cref="JsonSchemaLimits.DigitsMax"/> digits is in the range.</summary>
    public static MagnitudeRule? Create(Int128 min, Int128 max, NumberRange grid)
    {
        MagnitudeRule rule = new(min, max, grid);
        return Enumerable.Range(0, 10).Any(digit => rule.CanComplete(new(0, 1, digit))) ? rule : null;
    }

    public override void Step(Position at, Frame? rest, byte next, List<Cursor> to)
    {
        if (Follow(at, next) is Position follower && CanComplete(follower))
        {
            to.Add(new(this, follower, rest));
        }
    }

    public override bool Ends(Position at)
    {
        Int128 value = at.Number * Power(_fractionDigits - Fraction(at));
        return at.Count > 0 && at.Phase != 1 && value >= _min && value <= _max && value % _step == 0;
    }

    protected override int MeasureParts() => 0;

    private Position? Follow(Position at, byte next)
    {
        if (next == (byte)'.')
        {
            return at.Phase == 0 && at.Count > 0 && _fractionDigits > 0 ? at with { Phase = 1 } : null;
        }

        bool afterZero = at is { Phase: 0, Count: > 0, Number: 0 };
        bool full = at.Count == DigitsMax || (at.Phase > 0 && Fraction(at) == _fractionDigits);
        return next is >= (byte)'0' and <= (byte)'9' && !afterZero && !full
            ? new(at.Phase == 0 ? 0 : at.Phase + 1, at.Count + 1, (at.Number * 10) + (next - '0'))
            : null;
    }

    /// <summary>True when these digits, or these and more, are a number in the range.</summary>
    private bool CanComplete(Position at)
    {
        if (at.Phase > 0)
        {
            int more = Math.Min(_fractionDigits - Fraction(at), DigitsMax - at.Count);
            return (at.Phase > 1 || more > 0) && AnyInRange(at.Number, _fractionDigits - Fraction(at), _fractionDigits - Fraction(at) - more);
        }

        int moreMax = at.Number == 0 ? 0 : DigitsMax - at.Count;
        for (int more = 0; more <= moreMax; more++)
        {
            int fraction = Math.Min(_fractionDigits, DigitsMax - at.Count - more);
            if (AnyInRange(at.Number, _fractionDigits + more, _fractionDigits - fraction))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when a multiple of the step and of 10^grain between digits·10^shift and (digits+1)·10^shift - 1 is in the range.</summary>
    private bool AnyInRange(long digits, int shift, int grain)
    {
        Int128 first = Int128.Max(_min, digits * Power(shift));
        Int128 last = Int128.Min(_max, ((digits + 1) * Power(shift)) - 1);
        Int128 step = _step == 1 ? Power(grain) : LeastCommonMultiple(Power(grain), _step);
        return first <= last && (first + step - 1) / step * step <= last;
    }

    private static Int128 LeastCommonMultiple(Int128 one, Int128 other)
    {
        (Int128 divisor, Int128 rest) = (one, other);
        while (rest != 0)
        {
            (divisor, rest) = (rest, divisor % rest);
        }

        return one / divisor * other;
    }

    private static int Fraction(Position at) => Math.Max(at.Phase - 1, 0);

    private static Int128 Power(int exponent) => Powers[exponent];

    private static readonly Int128[] Powers = [.. Enumerable.Range(0, 2 * DigitsMax).Select(exponent => (Int128)System.Numerics.BigInteger.Pow(10, exponent))];
}
