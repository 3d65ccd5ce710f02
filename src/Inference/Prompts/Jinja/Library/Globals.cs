using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

/// <summary>Functions that every template has.</summary>
internal static class Globals
{
    public static IReadOnlyDictionary<string, object?> All { get; } = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["range"] = new Callable("range", Sequences.Range),
        ["namespace"] = new Callable("namespace", (_, arguments) => Space(arguments)),
        ["dict"] = new Callable("dict", (_, arguments) => Dict(arguments)),
        ["raise_exception"] = new Callable("raise_exception", (render, arguments) => throw new JinjaRefusal(Writing.Str(render, arguments.Get(0, "message", Text.Empty)).Value)),
        ["strftime_now"] = new Callable("strftime_now", (render, arguments) => new Text(Dates.Format(render.Time.GetLocalNow(), arguments.RequireText(0, "format").Value))),
    };

    private static Namespace Space(Arguments arguments)
    {
        Namespace space = new();
        foreach ((object key, object? value) in Dict(arguments).Entries)
        {
            space.Values[((Text)key).Value] = value;
        }

        return space;
    }

    private static JinjaDict Dict(Arguments arguments)
    {
        JinjaDict dict = new();
        foreach ((object key, object? value) in arguments.Get(0, "") is JinjaDict given ? given.Entries : [])
        {
            dict.Add(key, value);
        }

        foreach ((string name, object? value) in arguments.Named)
        {
            dict.Add(name, value);
        }

        return dict;
    }
}
