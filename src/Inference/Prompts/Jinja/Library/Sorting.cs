using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

/// <summary>Filters that compare what they get. Small and capital letters are alike unless told.</summary>
internal static class Sorting
{
    public static object? Sort(Render render, object? value, Arguments arguments) => new JinjaList(
        Ordered(render, Sequences.Of(value), item => ListFilters.Of(item, arguments.Get(2, "attribute")), arguments.Flag(1, "case_sensitive"), arguments.Flag(0, "reverse")));

    public static object? SortDict(Render render, object? value, Arguments arguments)
    {
        if (value is not JinjaDict dict)
        {
            throw new JinjaException($"{Kinds.Name(value)} is no mapping to sort");
        }

        int place = arguments.Text(1, "by")?.Value == "value" ? 1 : 0;
        return new JinjaList(Ordered(render, DictMethods.Items(dict).Items, item => ((JinjaList)item!).Items[place], arguments.Flag(0, "case_sensitive"), arguments.Flag(2, "reverse")));
    }

    public static object? Unique(Render render, object? value, Arguments arguments)
    {
        List<object?> kept = [], keys = [];
        foreach (object? item in Sequences.Of(value))
        {
            object? key = Key(ListFilters.Of(item, arguments.Get(1, "attribute")), arguments.Flag(0, "case_sensitive"));
            if (!keys.Any(other => Truth.Equal(render, key, other)))
            {
                kept.Add(item);
                keys.Add(key);
            }
        }

        return new JinjaList(kept);
    }

    public static object? Group(Render render, object? value, Arguments arguments)
    {
        object? path = arguments.Require(0, "attribute");
        List<(object? Key, List<object?> Items)> groups = [];
        foreach (object? item in Ordered(render, Sequences.Of(value), item => ListFilters.Of(item, path), arguments.Flag(2, "case_sensitive"), isReversed: false))
        {
            object? key = ListFilters.Of(item, path);
            if (groups.Count == 0 || !Truth.Equal(render, groups[^1].Key, key))
            {
                groups.Add((key, []));
            }

            groups[^1].Items.Add(item);
        }

        return new JinjaList([.. groups.Select(group => new JinjaList([group.Key, new JinjaList(group.Items)], isTuple: true))]);
    }

    public static object? Extreme(Render render, object? value, Arguments arguments, bool isLargest)
    {
        object?[] ordered = Ordered(
            render, Sequences.Of(value), item => ListFilters.Of(item, arguments.Get(1, "attribute")), arguments.Flag(0, "case_sensitive"), isReversed: isLargest);
        return ordered.Length > 0 ? ordered[0] : new Undefined("the extreme of none");
    }

    /// <summary>Equal items stay in their order, also from the largest to the smallest.</summary>
    private static object?[] Ordered(Render render, IReadOnlyList<object?> items, Func<object?, object?> key, bool isCaseSensitive, bool isReversed)
    {
        render.CheckElements(items.Count);
        Comparer<object?> comparer = Comparer<object?>.Create((a, b) => Truth.Compare(render, a, b));
        try
        {
            return isReversed
                ? [.. items.OrderByDescending(item => Key(key(item), isCaseSensitive), comparer)]
                : [.. items.OrderBy(item => Key(key(item), isCaseSensitive), comparer)];
        }
        catch (InvalidOperationException e) when (e.InnerException is JinjaException or OperationCanceledException)
        {
            throw e.InnerException; // What a comparison throws, sorting wraps.
        }
    }

    private static object? Key(object? value, bool isCaseSensitive) =>
        value is Text text && !isCaseSensitive ? new Text(text.Value.ToLowerInvariant()) : value;
}
