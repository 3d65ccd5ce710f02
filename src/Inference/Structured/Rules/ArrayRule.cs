namespace Pipeline.Inference.Structured.Rules;

/// <summary>An array: a tuple's items, each with a rule of its own, and then values of one rule.</summary>
/// <remarks>Count is the items so far.</remarks>
/// <param name="items">Of all items behind the tuple's.</param>
/// <param name="tuple">Of the first items; the array has all of them.</param>
internal sealed class ArrayRule(Rule items, int itemsMin = 0, int itemsMax = int.MaxValue, IReadOnlyList<Rule>? tuple = null) : Rule
{
    private const int Start = 0, Opened = 1, Item = 2, Comma = 3, CommaSpaced = 4, Closed = 5;

    public override int PartCount => (tuple?.Count ?? 0) + 1;

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
            case (Item, ',') when at.Count < itemsMax && ItemAt(at.Count).FitsBelow((rest?.Depth ?? 0) + 1):
                to.Add(new(this, at with { Phase = Comma }, rest));
                break;
            case (Comma, ' '):
                to.Add(new(this, at with { Phase = CommaSpaced }, rest));
                break;
            case (Comma or CommaSpaced, _):
            case (Opened, _) when itemsMax > 0 && ItemAt(0).FitsBelow((rest?.Depth ?? 0) + 1):
                ItemAt(at.Count).Step(default, new(this, new(Item, at.Count + 1), rest), next, to);
                break;
        }
    }

    public override bool Ends(Position at) => at.Phase == Closed;

    protected override int MeasureParts()
    {
        int deepest = itemsMin > (tuple?.Count ?? 0) ? items.Nesting : 0;
        return Around((tuple ?? []).Take(itemsMin).Select(item => item.Nesting).Append(deepest).Max());
    }

    private Rule ItemAt(int index) => tuple is not null && index < tuple.Count ? tuple[index] : items;
}
