namespace Pipeline.Inference.Prompts.Jinja.Values;

/// <summary>What counts as true, equal and less, as in Python.</summary>
internal static class Truth
{
    public static bool Of(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        Text text => text.Value.Length > 0,
        JinjaList list => list.Items.Count > 0,
        JinjaDict dict => dict.Count > 0,
        _ => true,
    };

    public static bool Equal(Render render, object? left, object? right)
    {
        render.Step();
        return (left, right) switch
        {
            (null, null) or (Undefined, Undefined) => true,
            (Text a, Text b) => a.Equals(b),
            (JinjaList a, JinjaList b) => a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count
                && a.Items.Zip(b.Items).All(pair => Equal(render, pair.First, pair.Second)),
            (JinjaDict a, JinjaDict b) => a.Count == b.Count
                && a.Entries.All(entry => b.TryGet(entry.Key, out object? other) && Equal(render, entry.Value, other)),
            _ when Numbers.IsNumber(left) && Numbers.IsNumber(right) => Numbers.Compare(left, right) == 0,
            _ => ReferenceEquals(left, right),
        };
    }

    /// <exception cref="JinjaException">They have no order.</exception>
    public static int Compare(Render render, object? left, object? right)
    {
        render.Step();
        switch (left, right)
        {
            case (Text a, Text b):
                return string.CompareOrdinal(a.Value, b.Value);
            case (JinjaList a, JinjaList b) when a.IsTuple == b.IsTuple:
                for (int i = 0; i < Math.Min(a.Items.Count, b.Items.Count); i++)
                {
                    if (!Equal(render, a.Items[i], b.Items[i]))
                    {
                        return Compare(render, a.Items[i], b.Items[i]);
                    }
                }

                return a.Items.Count.CompareTo(b.Items.Count);
            default:
                return Numbers.IsNumber(left) && Numbers.IsNumber(right)
                    ? Numbers.Compare(left, right) ?? 1
                    : throw new JinjaException($"{Kinds.Name(left)} and {Kinds.Name(right)} have no order");
        }
    }

    /// <exception cref="JinjaException">Nothing can be in it.</exception>
    public static bool Contains(Render render, object? container, object? item) => container switch
    {
        JinjaList list => list.Items.Any(element => Equal(render, element, item)),
        JinjaDict dict => dict.TryGet(item, out _),
        Text text when item is Text part => text.Value.Contains(part.Value, StringComparison.Ordinal),
        Undefined => false,
        _ => throw new JinjaException($"{Kinds.Name(item)} cannot be looked for in {Kinds.Name(container)}"),
    };
}
