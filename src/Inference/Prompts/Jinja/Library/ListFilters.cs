using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

internal static class ListFilters
{
    public static IReadOnlyDictionary<string, Function> All { get; } = new Dictionary<string, Function>(StringComparer.Ordinal)
    {
        ["length"] = (_, value, _) => Sequences.Length(value),
        ["count"] = (_, value, _) => Sequences.Length(value),
        ["first"] = (_, value, _) => Sequences.Of(value) is [var first, ..] ? first : new Undefined("the first of none"),
        ["last"] = (_, value, _) => Sequences.Of(value) is [.., var last] ? last : new Undefined("the last of none"),
        ["list"] = (_, value, _) => new JinjaList(Sequences.Of(value)),
        ["items"] = (_, value, _) => value switch
        {
            JinjaDict dict => DictMethods.Items(dict),
            Undefined => JinjaList.Empty,
            _ => throw new JinjaException($"{Kinds.Name(value)} has no items"),
        },
        ["join"] = (render, value, arguments) => TextMethods.Join(
            render, Sequences.Of(value).Select(item => Of(item, arguments.Get(1, "attribute"))), Writing.Str(render, arguments.Get(0, "d", Text.Empty))),
        ["reverse"] = (_, value, _) => value is Text text
            ? CodePoints.Pick(text, length => Enumerable.Range(0, length).Reverse(), isForward: false)
            : new JinjaList([.. Sequences.Of(value).Reverse()]),
        ["sum"] = (_, value, arguments) => Sequences.Of(value).Select(item => Of(item, arguments.Get(0, "attribute")))
            .Aggregate(arguments.Get(1, "start", 0L), (sum, item) => Numbers.Calculate("+", sum, item)),
        ["map"] = Map,
        ["select"] = (render, value, arguments) => Select(render, value, arguments, path: null, wanted: true),
        ["reject"] = (render, value, arguments) => Select(render, value, arguments, path: null, wanted: false),
        ["selectattr"] = (render, value, arguments) => Select(render, value, arguments.Skip(1), arguments.Require(0, "attribute"), wanted: true),
        ["rejectattr"] = (render, value, arguments) => Select(render, value, arguments.Skip(1), arguments.Require(0, "attribute"), wanted: false),
        ["batch"] = (_, value, arguments) => Batch(value, arguments),
        ["sort"] = Sorting.Sort,
        ["dictsort"] = Sorting.SortDict,
        ["unique"] = Sorting.Unique,
        ["groupby"] = Sorting.Group,
        ["min"] = (render, value, arguments) => Sorting.Extreme(render, value, arguments, isLargest: false),
        ["max"] = (render, value, arguments) => Sorting.Extreme(render, value, arguments, isLargest: true),
    };

    /// <param name="path">Null takes the item itself.</param>
    public static object? Of(object? item, object? path) => path is null ? item : Members.OfPath(item, path);

    private static JinjaList Map(Render render, object? value, Arguments arguments)
    {
        IReadOnlyList<object?> items = Sequences.Of(value);
        render.CheckElements(items.Count);
        if (arguments.Named.TryGetValue("attribute", out object? path))
        {
            bool hasDefault = arguments.Named.TryGetValue("default", out object? otherwise);
            return new JinjaList([.. items.Select(item => Of(item, path) is var found && found is Undefined && hasDefault ? otherwise : found)]);
        }

        Function filter = Filters.Find(arguments.RequireText(0, "filter").Value);
        return new JinjaList([.. items.Select(item => render.Made(filter(render, item, arguments.Skip(1))))]);
    }

    private static JinjaList Select(Render render, object? value, Arguments arguments, object? path, bool wanted)
    {
        Function test = arguments.Positional.Count > 0 ? Tests.Find(arguments.RequireText(0, "test").Value) : (_, item, _) => Truth.Of(item);
        Arguments rest = arguments.Skip(1);
        return new([.. Sequences.Of(value).Where(item =>
        {
            render.Step();
            return test(render, Of(item, path), rest) is true == wanted;
        })]);
    }

    private static JinjaList Batch(object? value, Arguments arguments)
    {
        int size = (int)Math.Clamp(arguments.Integer(0, "linecount") ?? 1, 1, int.MaxValue);
        return new([.. Sequences.Of(value).Chunk(size).Select(chunk => new JinjaList(chunk))]);
    }
}
