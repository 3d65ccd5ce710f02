using Pipeline.Inference.Prompts.Jinja.Library;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Nodes;

internal sealed class For(Target target, Expression items, Expression? condition, Block body, Block? otherwise) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        IReadOnlyList<object?> all = Sequences.Of(items.Evaluate(scope));
        scope.Render.CheckElements(all.Count);
        if (condition is not null)
        {
            all = [.. all.Where(item => Truth.Of(condition.Evaluate(Bind(scope, item))))];
        }

        for (int i = 0; i < all.Count; i++)
        {
            Scope inner = Bind(scope, all[i]);
            inner.Set("loop", new Loop(all, i));
            if (body.Execute(inner, output) == Flow.Break)
            {
                break;
            }
        }

        // A jump within "else" would be one of the loop around.
        return all.Count == 0 ? otherwise?.Execute(new(scope), output) ?? Flow.Next : Flow.Next;
    }

    private Scope Bind(Scope scope, object? item)
    {
        Scope inner = new(scope);
        target.Assign(inner, item);
        return inner;
    }
}

/// <summary>What "loop" is within a loop.</summary>
internal sealed class Loop(IReadOnlyList<object?> items, int index)
{
    public object? Find(string name) => name switch
    {
        "index" => index + 1L,
        "index0" => (long)index,
        "revindex" => (long)items.Count - index,
        "revindex0" => items.Count - index - 1L,
        "first" => index == 0,
        "last" => index == items.Count - 1,
        "length" => (long)items.Count,
        "previtem" => index > 0 ? items[index - 1] : new Undefined("loop.previtem of the first item"),
        "nextitem" => index + 1 < items.Count ? items[index + 1] : new Undefined("loop.nextitem of the last item"),
        "depth" => 1L,
        "depth0" => 0L,
        "cycle" => new Callable("cycle", (_, arguments) => arguments.Positional.Count > 0
            ? arguments.Positional[index % arguments.Positional.Count]
            : throw new JinjaException("loop.cycle has nothing to choose from")),
        _ => new Undefined($"loop.{name}"),
    };
}

/// <summary>What is assigned to: one name, several, or a field of a namespace.</summary>
internal sealed class Target(IReadOnlyList<string> names, string? field)
{
    public bool IsTuple { get; init; }

    public void Assign(Scope scope, object? value)
    {
        if (field is not null)
        {
            if (scope.Find(names[0]) is not Namespace space)
            {
                throw new JinjaException($"{names[0]} is no namespace, so {names[0]}.{field} cannot be set");
            }

            space.Values[field] = value;
        }
        else if (!IsTuple)
        {
            scope.Set(names[0], value);
        }
        else
        {
            IReadOnlyList<object?> parts = Sequences.Of(value);
            if (parts.Count != names.Count)
            {
                throw new JinjaException($"{parts.Count} values cannot be given to {names.Count} names");
            }

            for (int i = 0; i < parts.Count; i++)
            {
                scope.Set(names[i], parts[i]);
            }
        }
    }
}
