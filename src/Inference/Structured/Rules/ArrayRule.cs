namespace Pipeline.Inference.Structured.Rules;

/// <summary>An array of values of one rule.</summary>
/// <remarks>Count is the items so far.</remarks>
internal sealed class ArrayRule(Rule items, int itemsMin = 0, int itemsMax = int.MaxValue) : Rule
{
    private const int Start = 0, Opened = 1, Item = 2, Comma = 3, CommaSpaced = 4, Closed = 5;

    public override JsonKinds Kinds => JsonKinds.Array;

    public override void Step(Position at, Frame? rest, byte next, List<Cursor> to)
    {
        switch (at.Phase, (char)next)
        {
            case (Start, '['):
                to.Add(new(this, new(Opened), rest));
                break;
            case (Opened or Item, ']') when at.Count >= itemsMin:
                to.Add(new(this, new(Closed), rest));
                break;
            case (Item, ',') when at.Count < itemsMax:
                to.Add(new(this, at with { Phase = Comma }, rest));
                break;
            case (Comma, ' '):
                to.Add(new(this, at with { Phase = CommaSpaced }, rest));
                break;
            case (Comma or CommaSpaced, _):
            case (Opened, _) when itemsMax > 0 && items.FitsBelow((rest?.Depth ?? 0) + 1):
                items.Step(default, new(this, new(Item, at.Count + 1), rest), next, to);
                break;
        }
    }

    public override bool Ends(Position at) => at.Phase == Closed;

    protected override int MeasureParts() => Around(itemsMin > 0 ? items.Nesting : 0);
}
