namespace Pipeline.Inference.Prompts.Jinja.Values;

/// <summary>What a function, filter or test is called with.</summary>
internal sealed class Arguments(IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named)
{
    private static readonly Dictionary<string, object?> _none = [];

    public static Arguments None { get; } = new([], _none);

    public IReadOnlyList<object?> Positional => positional;

    public IReadOnlyDictionary<string, object?> Named => named;

    public Arguments Skip(int count) => new([.. positional.Skip(count)], named);

    /// <summary>False where it was not given.</summary>
    public bool TryGet(int index, string name, out object? value)
    {
        if (index < positional.Count)
        {
            value = positional[index];
            return true;
        }

        return named.TryGetValue(name, out value);
    }

    public object? Get(int index, string name, object? otherwise = null) => TryGet(index, name, out object? value) ? value : otherwise;

    public object? Require(int index, string name) => TryGet(index, name, out object? value) ? value : throw new JinjaException($"the argument {name} is missing");

    public Text? Text(int index, string name) => Get(index, name) switch
    {
        null => null,
        Text text => text,
        var other => throw new JinjaException($"{name} is {Kinds.Name(other)}; a text is wanted"),
    };

    public Text RequireText(int index, string name) => Text(index, name) ?? throw new JinjaException($"the argument {name} is missing");

    public long? Integer(int index, string name) => Get(index, name) switch
    {
        null => null,
        long number => number,
        bool flag => flag ? 1 : 0,
        var other => throw new JinjaException($"{name} is {Kinds.Name(other)}; an integer is wanted"),
    };

    public bool Flag(int index, string name) => Truth.Of(Get(index, name, false));
}
