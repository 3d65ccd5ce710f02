using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

/// <summary>What Python's mappings can do without being changed.</summary>
internal static class DictMethods
{
    public static Callable? Find(JinjaDict dict, string name) => name switch
    {
        "get" => new(name, (_, arguments) => dict.TryGet(arguments.Require(0, "key"), out object? value) ? value : arguments.Get(1, "default")),
        "items" => new(name, (_, _) => Items(dict)),
        "keys" => new(name, (_, _) => new JinjaList([.. dict.Keys])),
        "values" => new(name, (_, _) => new JinjaList([.. dict.Values])),
        "copy" => new(name, (_, _) => dict),
        "update" or "pop" or "popitem" or "setdefault" or "clear" => Unchangeable.Refuse(name, "a mapping"),
        _ => null,
    };

    public static JinjaList Items(JinjaDict dict) => new([.. dict.Entries.Select(entry => new JinjaList([entry.Key, entry.Value], isTuple: true))]);
}

internal static class ListMethods
{
    public static Callable? Find(JinjaList list, string name) => name switch
    {
        "index" => new(name, (render, arguments) => Places(render, list, arguments) is [var first, ..] ? first : throw new JinjaException("index did not find the element")),
        "count" => new(name, (render, arguments) => (long)Places(render, list, arguments).Count),
        "copy" => new(name, (_, _) => list),
        "append" or "extend" or "insert" or "pop" or "remove" or "clear" or "sort" or "reverse" => Unchangeable.Refuse(name, "a list"),
        _ => null,
    };

    private static List<long> Places(Render render, JinjaList list, Arguments arguments)
    {
        object? sought = arguments.Require(0, "value");
        return [.. list.Items.Index().Where(item => Truth.Equal(render, item.Item, sought)).Select(item => (long)item.Index)];
    }
}

internal static class Unchangeable
{
    // transformers' sandbox refuses the same; a name makes sense of the error in a template that was never tried there.
    public static Callable Refuse(string method, string what) =>
        new(method, (_, _) => throw new JinjaException($"'{method}' would change {what} in place, which templates may not do"));
}
