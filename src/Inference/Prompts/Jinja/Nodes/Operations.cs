using Pipeline.Inference.Prompts.Jinja.Library;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Nodes;

/// <summary>"and" and "or", whose value is that of the operand that decides.</summary>
/// <param name="endsAt">The truth of the left operand with which the right one does not matter.</param>
internal sealed class Logical(Expression left, Expression right, bool endsAt) : Expression
{
    protected override object? Compute(Scope scope)
    {
        object? value = left.Evaluate(scope);
        return Truth.Of(value) == endsAt ? value : right.Evaluate(scope);
    }
}

internal sealed class Not(Expression operand) : Expression
{
    protected override object? Compute(Scope scope) => !Truth.Of(operand.Evaluate(scope));
}

internal sealed class Signed(Expression operand, bool isNegative) : Expression
{
    protected override object? Compute(Scope scope) => operand.Evaluate(scope) switch
    {
        var value when !Numbers.IsNumber(value) => throw new JinjaException($"{Kinds.Name(value)} has no sign"),
        var value when isNegative => Numbers.Negate(value),
        var value => value,
    };
}

/// <summary>"a &lt; b &lt;= c" means both.</summary>
internal sealed class Comparison(Expression left, IReadOnlyList<(string Sign, Expression Right)> steps) : Expression
{
    protected override object? Compute(Scope scope)
    {
        object? value = left.Evaluate(scope);
        foreach ((string sign, Expression right) in steps)
        {
            object? other = right.Evaluate(scope);
            if (!Holds(scope.Render, sign, value, other))
            {
                return false;
            }

            value = other;
        }

        return true;
    }

    public static bool Holds(Render render, string sign, object? left, object? right) => sign switch
    {
        "==" => Truth.Equal(render, left, right),
        "!=" => !Truth.Equal(render, left, right),
        "in" => Truth.Contains(render, right, left),
        "not in" => !Truth.Contains(render, right, left),
        "<" => Truth.Compare(render, left, right) < 0,
        "<=" => Truth.Compare(render, left, right) <= 0,
        ">" => Truth.Compare(render, left, right) > 0,
        _ => Truth.Compare(render, left, right) >= 0,
    };
}

internal sealed class Binary(string sign, Expression left, Expression right) : Expression
{
    protected override object? Compute(Scope scope)
    {
        Render render = scope.Render;
        (object? a, object? b) = (left.Evaluate(scope), right.Evaluate(scope));
        return render.Made((sign, a, b) switch
        {
            ("~", _, _) => render.NewText().Append(Writing.Str(render, a)).Append(Writing.Str(render, b)).ToText(),
            _ when Numbers.IsNumber(a) && Numbers.IsNumber(b) => Numbers.Calculate(sign, a, b),
            ("+", Text x, Text y) => render.NewText().Append(x).Append(y).ToText(),
            ("+", JinjaList x, JinjaList y) when x.IsTuple == y.IsTuple => new JinjaList([.. x.Items, .. y.Items], x.IsTuple),
            ("*", Text text, long count) => Repeat(render, text, count),
            ("*", long count, Text text) => Repeat(render, text, count),
            ("*", JinjaList list, long count) => Repeat(render, list, count),
            ("%", Text format, _) => Formatting.Format(render, format, b is JinjaList { IsTuple: true } tuple ? tuple.Items : [b]),
            _ => throw new JinjaException($"'{sign}' cannot join {Kinds.Name(a)} and {Kinds.Name(b)}"),
        });
    }

    private static Text Repeat(Render render, Text text, long count)
    {
        count = Math.Max(0, text.Value.Length == 0 ? 0 : count);
        render.CheckLength(count > int.MaxValue ? long.MaxValue : count * text.Value.Length);
        TextBuilder repeated = render.NewText();
        for (long i = 0; i < count; i++)
        {
            render.Step();
            repeated.Append(text);
        }

        return repeated.ToText();
    }

    private static JinjaList Repeat(Render render, JinjaList list, long count)
    {
        count = Math.Max(0, list.Items.Count == 0 ? 0 : count);
        render.CheckElements(count > int.MaxValue ? long.MaxValue : count * list.Items.Count);
        return new([.. Enumerable.Repeat(list.Items, (int)count).SelectMany(items => items)], list.IsTuple);
    }
}
