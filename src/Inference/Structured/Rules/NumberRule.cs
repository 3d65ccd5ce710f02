namespace Pipeline.Inference.Structured.Rules;

/// <summary>
/// A number in a range, without exponent and with at most <see cref="JsonSchemaLimits.DigitsMax"/> digits: as many as every
/// double holds. Zero has no sign.
/// </summary>
internal sealed class NumberRule : Rule
{
    private readonly MagnitudeRule? _positive;
    private readonly MagnitudeRule? _negative;

    /// <param name="range">Smallest and largest value.</param>
    public NumberRule(NumberRange range)
    {
        _positive = MagnitudeRule.Create(Int128.Max(range.Min, 0), range.Max, range);
        _negative = MagnitudeRule.Create(Int128.Max(-range.Max, 1), -range.Min, range);
        Measure();
    }

    /// <summary>True when no number with this many digits is in the range.</summary>
    public bool IsEmpty => _positive is null && _negative is null;

    public override JsonKinds Kinds => JsonKinds.Number;

    public override void Step(Position at, Frame? rest, byte next, List<Cursor> to)
    {
        if (next != (byte)'-')
        {
            _positive?.Step(at, rest, next, to);
        }
        else if (_negative is not null)
        {
            to.Add(new(_negative, default, rest));
        }
    }

    public override bool Ends(Position at) => false;

    protected override int MeasureParts() => 0;
}
