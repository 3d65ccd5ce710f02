namespace Pipeline.Inference.Structured.Rules;

/// <summary>
/// Any of some rules: anyOf, several types, or a reference (a choice of one, given later). It is only ever at the start of a
/// value; behind the first byte the alternatives go on by themselves.
/// </summary>
internal sealed class ChoiceRule : Rule
{
    /// <summary>Set once while the grammar is compiled.</summary>
    public IReadOnlyList<Rule> Alternatives { get; set; } = [];

    public override int PartCount => Math.Max(Alternatives.Count, 1);

    public override JsonKinds Kinds => Alternatives.Aggregate(JsonKinds.None, (kinds, rule) => kinds | rule.Kinds);

    /// <summary>
    /// The alternatives with choices among them opened. A choice that leads back to itself adds nothing, so this also removes
    /// references that turn in a circle without an object or array between, which a step would follow forever.
    /// </summary>
    /// <param name="charge">Is told of every alternative on the way.</param>
    public IReadOnlyList<Rule> Flatten(Action<int> charge)
    {
        List<Rule> flat = [];
        HashSet<Rule> seen = [this];
        Stack<Rule> open = new(Alternatives.Reverse());
        while (open.TryPop(out Rule? rule))
        {
            charge(1);
            if (!seen.Add(rule))
            {
                continue;
            }

            if (rule is ChoiceRule choice)
            {
                charge(choice.Alternatives.Count);
                foreach (Rule alternative in choice.Alternatives.Reverse())
                {
                    open.Push(alternative);
                }
            }
            else
            {
                flat.Add(rule);
            }
        }

        return flat;
    }

    public override void Step(Position at, Frame? rest, byte next, List<Cursor> to)
    {
        foreach (Rule alternative in Alternatives)
        {
            if (alternative.FitsBelow(rest?.Depth ?? 0))
            {
                alternative.Step(at, rest, next, to);
            }
        }
    }

    public override bool Ends(Position at) => false;

    protected override int MeasureParts() => Alternatives.Select(rule => rule.Nesting).DefaultIfEmpty(int.MaxValue).Min();
}
