using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

/// <summary>"value | name".</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Function> _filters = Merge(TextFilters.All, ListFilters.All, NumberFilters.All, new Dictionary<string, Function>(StringComparer.Ordinal)
    {
        ["default"] = Default,
        ["d"] = Default,
        ["safe"] = (_, value, _) => value,
        ["string"] = (render, value, _) => Writing.Str(render, value),
        ["pprint"] = (render, value, _) => Writing.Repr(render, value),
        ["tojson"] = JsonWriting.Filter,
        ["attr"] = (_, value, arguments) => Members.OfName(value, arguments.RequireText(0, "name")),
    });

    public static bool IsKnown(string name) => _filters.ContainsKey(name);

    /// <exception cref="JinjaException">There is no such filter. A template may have one where it never comes.</exception>
    public static Function Find(string name) => _filters.TryGetValue(name, out Function? filter) ? filter : throw new JinjaException($"there is no filter '{name}'");

    private static object? Default(Render render, object? value, Arguments arguments) =>
        value is Undefined || (arguments.Flag(1, "boolean") && !Truth.Of(value)) ? arguments.Get(0, "default_value", Text.Empty) : value;

    private static Dictionary<string, Function> Merge(params IReadOnlyDictionary<string, Function>[] parts) =>
        parts.SelectMany(part => part).ToDictionary(filter => filter.Key, filter => filter.Value, StringComparer.Ordinal);
}
