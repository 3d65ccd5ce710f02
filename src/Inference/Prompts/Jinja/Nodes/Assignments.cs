using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Nodes;

internal sealed class Set(Target target, Expression value) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        target.Assign(scope, value.Evaluate(scope));
        return Flow.Next;
    }
}

/// <summary>{% set name %}…{% endset %} and {% filter name %}…{% endfilter %}.</summary>
/// <param name="target">Null puts it out.</param>
/// <param name="value">What becomes of <see cref="Captured"/>.</param>
internal sealed class SetBlock(Target? target, Expression value, Block body) : Statement
{
    // No template can write such a name.
    private const string CapturedName = "\0";

    public static Expression Captured { get; } = new Name(CapturedName);

    public override Flow Execute(Scope scope, TextBuilder output)
    {
        Scope inner = new(scope);
        inner.Set(CapturedName, body.Capture(new(scope)));
        object? result = value.Evaluate(inner);
        if (target is null)
        {
            output.Append(Writing.Str(scope.Render, result));
        }
        else
        {
            target.Assign(scope, result);
        }

        return Flow.Next;
    }
}

internal sealed class With(IReadOnlyList<(Target Target, Expression Value)> values, Block body) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        Scope inner = new(scope);
        foreach ((Target target, Expression value) in values)
        {
            target.Assign(inner, value.Evaluate(scope));
        }

        return body.Execute(inner, output);
    }
}
