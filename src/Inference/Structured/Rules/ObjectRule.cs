namespace Pipeline.Inference.Structured.Rules;

/// <summary>A member that an object may or must have.</summary>
internal sealed record Property(Rule Name, Rule Value, bool IsRequired);

/// <summary>An object with its properties in order and, behind them, any number of members with other names where there may be any.</summary>
/// <remarks>Count is the property read now, or the first that may come next; the others count as one behind the last.</remarks>
internal sealed class ObjectRule : Rule
{
    private const int Start = 0, Opened = 1, Name = 2, Colon = 3, ColonSpaced = 4, Value = 5, Comma = 6, CommaSpaced = 7, Closed = 8;

    private readonly Property? _others;
    private readonly int _lastRequired;

    /// <param name="properties">Those with a name.</param>
    /// <param name="others">All others, with a <see cref="NameRule"/>; null: there are none.</param>
    public ObjectRule(IReadOnlyList<Property> properties, Property? others = null)
    {
        Properties = properties;
        _others = others;
        _lastRequired = properties.Count - 1;
        while (_lastRequired >= 0 && !properties[_lastRequired].IsRequired)
        {
            _lastRequired--;
        }
    }

    public IReadOnlyList<Property> Properties { get; }

    public override int PartCount => Properties.Count + 1;

    public override JsonKinds Kinds => JsonKinds.Object;

    public override void Step(Position at, Frame? rest, byte next, List<Cursor> to)
    {
        switch (at.Phase, (char)next)
        {
            case (Start, '{'):
                to.Add(new(this, new(Opened), rest));
                break;
            case (Opened or Value, '}') when at.Count > _lastRequired:
                to.Add(new(this, new(Closed), rest));
                break;
            case (Value, ',') when Candidates(at.Count, rest).Any():
                to.Add(new(this, at with { Phase = Comma }, rest));
                break;
            case (Comma, ' '):
                to.Add(new(this, at with { Phase = CommaSpaced }, rest));
                break;
            case (Opened or Comma or CommaSpaced, '"'):
                foreach (int property in Candidates(at.Count, rest))
                {
                    Part(property).Name.Step(new(0, Names: at.Names), new(this, new(Name, property, Names: at.Names), rest), next, to);
                }

                break;
            case (Name, ':'):
                to.Add(new(this, at with { Phase = Colon }, rest));
                break;
            case (Colon, ' '):
                to.Add(new(this, at with { Phase = ColonSpaced }, rest));
                break;
            case (Colon or ColonSpaced, _):
                Frame after = new(this, new(Value, Math.Min(at.Count + 1, Properties.Count), Names: at.Names), rest);
                Part(at.Count).Value.Step(default, after, next, to);
                break;
        }
    }

    public override bool Ends(Position at) => at.Phase == Closed;

    protected override int MeasureParts() =>
        Around(Properties.Where(property => property.IsRequired).Select(property => property.Value.Nesting).DefaultIfEmpty(0).Max());

    private Property Part(int index) => index < Properties.Count ? Properties[index] : _others!;

    /// <summary>Members that may come next: up to the first that must, and only those that still fit the nesting.</summary>
    private IEnumerable<int> Candidates(int from, Frame? rest)
    {
        int level = (rest?.Depth ?? 0) + 1;
        for (int i = from; i < Properties.Count; i++)
        {
            if (Properties[i].Value.FitsBelow(level))
            {
                yield return i;
            }

            if (Properties[i].IsRequired)
            {
                yield break;
            }
        }

        if (_others is not null && _others.Value.FitsBelow(level))
        {
            yield return Properties.Count;
        }
    }
}
