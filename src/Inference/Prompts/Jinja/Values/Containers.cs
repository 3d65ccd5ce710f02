namespace Pipeline.Inference.Prompts.Jinja.Values;

// None is null; the other values are bool, long, double, Text and the types below. Nothing but a Namespace ever changes.

/// <summary>What a name or a key without a value gives.</summary>
/// <param name="what">For the message of whoever uses it.</param>
internal sealed class Undefined(string what)
{
    public string What => what;
}

internal sealed class JinjaList(IReadOnlyList<object?> items, bool isTuple = false)
{
    public static JinjaList Empty { get; } = new([]);

    public IReadOnlyList<object?> Items => items;

    public bool IsTuple => isTuple;
}

/// <summary>Keeps the order of its keys, which are Text, long or double.</summary>
internal sealed class JinjaDict
{
    private readonly OrderedDictionary<object, object?> _entries = [];

    public int Count => _entries.Count;

    public IEnumerable<object> Keys => _entries.Keys;

    public IEnumerable<object?> Values => _entries.Values;

    public IEnumerable<KeyValuePair<object, object?>> Entries => _entries;

    /// <summary>For whoever makes it, before others see it.</summary>
    public JinjaDict Add(object? key, object? value)
    {
        _entries[KeyOf(key) ?? throw new JinjaException($"{Kinds.Name(key)} cannot be a key")] = value;
        return this;
    }

    public JinjaDict Add(string key, object? value) => Add((object)new Text(key), value);

    public bool TryGet(object? key, out object? value)
    {
        value = null;
        return KeyOf(key) is { } known && _entries.TryGetValue(known, out value);
    }

    // 1, 1.0 and True are the same key.
    private static object? KeyOf(object? key) => key switch
    {
        Text or long => key,
        bool flag => flag ? 1L : 0L,
        double number => Math.Abs(number) < 1e15 && Math.Floor(number) == number ? (long)number : number,
        _ => null,
    };
}

/// <summary>The only thing that a template can change in place.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Values { get; } = new(StringComparer.Ordinal);
}

/// <summary>A function, macro or method.</summary>
internal sealed class Callable(string name, Func<Render, Arguments, object?> call)
{
    public string Name => name;

    public object? Invoke(Render render, Arguments arguments) => call(render, arguments);
}

internal static class Kinds
{
    /// <summary>For messages.</summary>
    public static string Name(object? value) => value switch
    {
        null => "none",
        Undefined undefined => $"{undefined.What}, which is undefined,",
        bool => "a boolean",
        long or double => "a number",
        Text => "a text",
        JinjaList => "a list",
        JinjaDict => "a mapping",
        Callable => "a function",
        _ => "an object",
    };
}
