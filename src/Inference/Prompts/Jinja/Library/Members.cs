using Pipeline.Inference.Prompts.Jinja.Nodes;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

/// <summary>What stands behind a dot or in square brackets. There is nothing of .NET to be reached.</summary>
internal static class Members
{
    public static object? OfName(object? target, Text name) =>
        target is Loop loop ? loop.Find(name.Value) : Method(target, name.Value) is { } method ? method : TryKey(target, name, out object? value) ? value : Missing(target, name);

    public static object? OfIndex(object? target, object? index)
    {
        switch (target, index)
        {
            case (JinjaDict dict, _) when dict.TryGet(index, out object? value):
                return value;
            case (JinjaList list, long or bool):
                return At(list.Items.Count, index) is int at ? list.Items[at] : Missing(target, index);
            case (Text text, long or bool):
                return At(CodePoints.Length(text), index) is int place ? CodePoints.Pick(text, _ => [place], isForward: true) : Missing(target, index);
            case (Loop loop, Text name):
                return loop.Find(name.Value);
            case (_, Text name):
                return TryKey(target, name, out object? entry) ? entry : Method(target, name.Value) ?? Missing(target, name);
            default:
                return Missing(target, index);
        }
    }

    /// <summary>By a path such as "function.name", as filters take it.</summary>
    public static object? OfPath(object? target, object? path) => path is Text text
        ? text.Value.Split('.').Aggregate(target, (value, part) => long.TryParse(part, out long index) ? OfIndex(value, index) : OfIndex(value, new Text(part)))
        : OfIndex(target, path);

    private static bool TryKey(object? target, Text name, out object? value)
    {
        value = null;
        return target switch
        {
            JinjaDict dict => dict.TryGet(name, out value),
            Namespace space => space.Values.TryGetValue(name.Value, out value),
            _ => false,
        };
    }

    private static object? Method(object? target, string name) => target switch
    {
        Text text => TextMethods.Find(text, name),
        JinjaDict dict => DictMethods.Find(dict, name),
        JinjaList list => ListMethods.Find(list, name),
        Callable callable when name == "name" => new Text(callable.Name),
        _ => null,
    };

    private static int? At(int length, object? index)
    {
        long at = index is long number ? number : index is true ? 1 : 0;
        at = at < 0 ? at + length : at;
        return at >= 0 && at < length ? (int)at : null;
    }

    private static Undefined Missing(object? target, object? name) => target is Undefined undefined
        ? throw new JinjaException($"{undefined.What} is undefined, so it has no {Written(name)}")
        : new($"{Written(name)} of {Kinds.Name(target)}");

    private static string Written(object? name) => name is Text text ? $"'{text.Value}'" : $"[{(name is long number ? number : "…")}]";
}
