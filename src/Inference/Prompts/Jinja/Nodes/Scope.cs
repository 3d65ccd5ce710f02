using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Nodes;

/// <summary>Names and their values; a loop, macro or block has a scope of its own within that around it.</summary>
internal sealed class Scope
{
    private readonly Scope? _outer;
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    public Scope(Render render, IEnumerable<KeyValuePair<string, object?>> values)
    {
        Render = render;
        foreach ((string name, object? value) in values)
        {
            _values[name] = value;
        }
    }

    public Scope(Scope outer) => (_outer, Render) = (outer, outer.Render);

    public Render Render { get; }

    public object? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope._outer)
        {
            if (scope._values.TryGetValue(name, out object? value))
            {
                return value;
            }
        }

        return new Undefined(name);
    }

    public void Set(string name, object? value) => _values[name] = value;
}
