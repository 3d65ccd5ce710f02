using Pipeline.Inference.Prompts.Jinja.Library;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Nodes;

internal sealed class ArgumentNodes(IReadOnlyList<Expression> positional, IReadOnlyDictionary<string, Expression> named)
{
    private static readonly Dictionary<string, Expression> _none = [];

    public static ArgumentNodes None { get; } = new([], _none);

    public IReadOnlyDictionary<string, Expression> Named => named;

    /// <param name="caller">What a macro gets as caller(); null for none.</param>
    public Arguments Evaluate(Scope scope, Callable? caller = null)
    {
        if (positional.Count == 0 && named.Count == 0 && caller is null)
        {
            return Arguments.None;
        }

        List<object?> values = [];
        Dictionary<string, object?> byName = new(StringComparer.Ordinal);
        foreach (Expression argument in positional)
        {
            if (argument is not Spread spread)
            {
                values.Add(argument.Evaluate(scope));
            }
            else if (spread.IsNamed)
            {
                foreach ((object key, object? value) in spread.Evaluate(scope) is JinjaDict dict ? dict.Entries : [])
                {
                    byName[Writing.Str(scope.Render, key).Value] = value;
                }
            }
            else
            {
                values.AddRange(Sequences.Of(spread.Evaluate(scope)));
                scope.Render.CheckElements(values.Count);
            }
        }

        foreach ((string name, Expression argument) in named)
        {
            byName[name] = argument.Evaluate(scope);
        }

        if (caller is not null)
        {
            byName["caller"] = caller;
        }

        return new(values, byName);
    }
}

/// <summary>"*list" and "**mapping" among arguments.</summary>
internal sealed class Spread(Expression value, bool isNamed) : Expression
{
    public bool IsNamed => isNamed;

    protected override object? Compute(Scope scope) => value.Evaluate(scope);
}
