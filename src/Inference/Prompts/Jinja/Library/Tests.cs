using Pipeline.Inference.Prompts.Jinja.Nodes;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

internal delegate object? Function(Render render, object? value, Arguments arguments);

/// <summary>"value is name".</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Func<object?, bool>> _kinds = new(StringComparer.Ordinal)
    {
        ["defined"] = value => value is not Undefined,
        ["undefined"] = value => value is Undefined,
        ["none"] = value => value is null,
        ["string"] = value => value is Text,
        ["number"] = Numbers.IsNumber,
        ["integer"] = value => value is long,
        ["float"] = value => value is double,
        ["boolean"] = value => value is bool,
        ["true"] = value => value is true,
        ["false"] = value => value is false,
        ["mapping"] = value => value is JinjaDict,
        ["iterable"] = value => value is Text or JinjaList or JinjaDict or Undefined,
        ["sequence"] = value => value is Text or JinjaList or JinjaDict or Undefined,
        ["callable"] = value => value is Callable,
        ["lower"] = value => value is Text text && text.Value.Any(char.IsLower) && !text.Value.Any(char.IsUpper),
        ["upper"] = value => value is Text text && text.Value.Any(char.IsUpper) && !text.Value.Any(char.IsLower),
        ["odd"] = value => value is long number && number % 2 != 0,
        ["even"] = value => value is long number && number % 2 == 0,
        ["escaped"] = _ => false,
        ["filter"] = value => value is Text text && Filters.IsKnown(text.Value),
        ["test"] = value => value is Text text && IsKnown(text.Value),
    };

    private static readonly Dictionary<string, string> _comparisons = new(StringComparer.Ordinal)
    {
        ["eq"] = "==", ["equalto"] = "==", ["ne"] = "!=",
        ["lt"] = "<", ["lessthan"] = "<", ["le"] = "<=",
        ["gt"] = ">", ["greaterthan"] = ">", ["ge"] = ">=",
        ["in"] = "in",
    };

    public static bool IsKnown(string name) => _kinds.ContainsKey(name) || _comparisons.ContainsKey(name) || name is "divisibleby" or "sameas";

    /// <exception cref="JinjaException">There is no such test. A template may have one where it never comes.</exception>
    public static Function Find(string name)
    {
        if (_kinds.TryGetValue(name, out Func<object?, bool>? kind))
        {
            return (_, value, _) => kind(value);
        }

        if (_comparisons.TryGetValue(name, out string? sign))
        {
            return (render, value, arguments) => Comparison.Holds(render, sign, value, arguments.Require(0, "other"));
        }

        return name switch
        {
            "divisibleby" => (_, value, arguments) => Numbers.Calculate("%", value, arguments.Require(0, "num")) is 0L or 0.0,
            "sameas" => (render, value, arguments) => arguments.Require(0, "other") is var other && value?.GetType() == other?.GetType() && Truth.Equal(render, value, other),
            _ => throw new JinjaException($"there is no test '{name}'"),
        };
    }
}
