using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Nodes;

internal abstract class Expression
{
    /// <exception cref="JinjaException">It has no value, or takes too much.</exception>
    public object? Evaluate(Scope scope)
    {
        scope.Render.Step();
        return Compute(scope);
    }

    protected abstract object? Compute(Scope scope);
}

internal sealed class Literal(object? value) : Expression
{
    protected override object? Compute(Scope scope) => value;
}

internal sealed class Name(string name) : Expression
{
    protected override object? Compute(Scope scope) => scope.Find(name);
}

internal sealed class ListLiteral(IReadOnlyList<Expression> items, bool isTuple) : Expression
{
    protected override object? Compute(Scope scope) => new JinjaList([.. items.Select(item => item.Evaluate(scope))], isTuple);
}

internal sealed class DictLiteral(IReadOnlyList<(Expression Key, Expression Value)> entries) : Expression
{
    protected override object? Compute(Scope scope)
    {
        JinjaDict dict = new();
        foreach ((Expression key, Expression value) in entries)
        {
            dict.Add(key.Evaluate(scope), value.Evaluate(scope));
        }

        return dict;
    }
}

internal sealed class Conditional(Expression condition, Expression value, Expression? otherwise) : Expression
{
    protected override object? Compute(Scope scope) =>
        Truth.Of(condition.Evaluate(scope)) ? value.Evaluate(scope)
        : otherwise is null ? new Undefined("a condition without else")
        : otherwise.Evaluate(scope);
}
