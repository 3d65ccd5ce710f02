using Pipeline.Inference.Prompts.Jinja.Library;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Nodes;

/// <summary>"value.name": a method first, then a key, as in Jinja.</summary>
internal sealed class Member(Expression target, string name) : Expression
{
    private readonly Text _key = new(name);

    protected override object? Compute(Scope scope) => Members.OfName(target.Evaluate(scope), _key);
}

/// <summary>"value[index]": an element or key first, then a method.</summary>
internal sealed class Item(Expression target, Expression index) : Expression
{
    protected override object? Compute(Scope scope) => Members.OfIndex(target.Evaluate(scope), index.Evaluate(scope));
}

/// <summary>"value[start:stop:step]", each part optional, negative ones from the end.</summary>
internal sealed class Slice(Expression target, Expression? start, Expression? stop, Expression? step) : Expression
{
    protected override object? Compute(Scope scope)
    {
        object? value = target.Evaluate(scope);
        long? from = Part(start, scope), to = Part(stop, scope);
        long by = Part(step, scope) ?? 1;
        return scope.Render.Made(value switch
        {
            _ when by == 0 => throw new JinjaException("the step of a slice is 0"),
            Undefined => value,
            JinjaList list => new JinjaList([.. Indexes(list.Items.Count, from, to, by).Select(i => list.Items[i])], list.IsTuple),
            Text text => CodePoints.Pick(text, length => Indexes(length, from, to, by), isForward: by == 1),
            _ => throw new JinjaException($"{Kinds.Name(value)} cannot be sliced"),
        });
    }

    private static long? Part(Expression? part, Scope scope) => part?.Evaluate(scope) switch
    {
        null => null,
        long number => number,
        var other => throw new JinjaException($"{Kinds.Name(other)} cannot bound a slice"),
    };

    private static IEnumerable<int> Indexes(int length, long? from, long? to, long step)
    {
        (long least, long most) = step > 0 ? (0L, length) : (-1L, length - 1L);
        long Bound(long? bound, long otherwise) => bound is not long given ? otherwise : Math.Clamp(given < 0 ? Math.Max(given, -length - 1L) + length : given, least, most);
        long end = Bound(to, step > 0 ? most : least);
        for (long i = Bound(from, step > 0 ? least : most); step > 0 ? i < end : i > end;)
        {
            yield return (int)i;
            i = Math.Abs(step) > length ? end : i + step;
        }
    }
}

internal sealed class Call(Expression target, ArgumentNodes arguments) : Expression
{
    /// <param name="caller">What the macro gets as caller(); null for none.</param>
    public object? Evaluate(Scope scope, Callable? caller) => target.Evaluate(scope) is var value && value is Callable callable
        ? scope.Render.Made(callable.Invoke(scope.Render, arguments.Evaluate(scope, caller)))
        : throw new JinjaException($"{Kinds.Name(value)} cannot be called");

    protected override object? Compute(Scope scope) => Evaluate(scope, caller: null);
}

internal sealed class Filtered(Expression value, string name, ArgumentNodes arguments) : Expression
{
    protected override object? Compute(Scope scope) =>
        scope.Render.Made(Filters.Find(name)(scope.Render, value.Evaluate(scope), arguments.Evaluate(scope)));
}

internal sealed class Tested(Expression value, string name, ArgumentNodes arguments) : Expression
{
    protected override object? Compute(Scope scope) =>
        Tests.Find(name)(scope.Render, value.Evaluate(scope), arguments.Evaluate(scope));
}
