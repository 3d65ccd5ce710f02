using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Nodes;

/// <param name="Default">Null gives an undefined value.</param>
internal sealed record Parameter(string Name, Expression? Default);

internal sealed class Macro(string name, IReadOnlyList<Parameter> parameters, Block body) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        scope.Set(name, Close(scope));
        return Flow.Next;
    }

    /// <summary>The macro over the names that it sees where it stands.</summary>
    public Callable Close(Scope scope) => new(name, (render, arguments) => render.Call(() =>
    {
        Scope inner = new(scope);
        Bind(inner, arguments);
        return body.Capture(inner);
    }));

    private void Bind(Scope scope, Arguments arguments)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            Parameter parameter = parameters[i];
            scope.Set(parameter.Name, arguments.TryGet(i, parameter.Name, out object? value) ? value
                : parameter.Default is { } otherwise ? otherwise.Evaluate(scope)
                : new Undefined(parameter.Name));
        }

        JinjaDict others = new();
        foreach ((string key, object? value) in arguments.Named.Where(argument => parameters.All(parameter => parameter.Name != argument.Key)))
        {
            if (key == "caller")
            {
                scope.Set(key, value);
            }
            else
            {
                others.Add(key, value);
            }
        }

        scope.Set("varargs", new JinjaList([.. arguments.Positional.Skip(parameters.Count)], isTuple: true));
        scope.Set("kwargs", others);
    }
}

/// <summary>{% call(arguments) macro() %}…{% endcall %}: the macro calls the body as caller().</summary>
internal sealed class CallBlock(Call call, Macro body) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        output.Append(Writing.Str(scope.Render, call.Evaluate(scope, body.Close(scope))));
        return Flow.Next;
    }
}
