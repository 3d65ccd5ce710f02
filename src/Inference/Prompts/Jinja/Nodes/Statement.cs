using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Nodes;

/// <summary>What happens after a statement.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

internal abstract class Statement
{
    /// <summary>From 1.</summary>
    public int Line { get; set; }

    public abstract Flow Execute(Scope scope, TextBuilder output);
}

internal sealed class Block(IReadOnlyList<Statement> statements)
{
    public Flow Execute(Scope scope, TextBuilder output)
    {
        foreach (Statement statement in statements)
        {
            scope.Render.Step();
            scope.Render.Line = statement.Line > 0 ? statement.Line : scope.Render.Line;
            if (statement.Execute(scope, output) is var flow && flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    /// <summary>What it puts out, as a text.</summary>
    public Text Capture(Scope scope)
    {
        TextBuilder output = scope.Render.NewText();
        Execute(scope, output);
        return output.ToText();
    }
}

internal sealed class Raw(string text) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        output.Append(text);
        return Flow.Next;
    }
}

internal sealed class Output(Expression value) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        output.Append((Text)scope.Render.Made(Writing.Str(scope.Render, value.Evaluate(scope)))!);
        return Flow.Next;
    }
}

internal sealed class Jump(Flow flow) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output) => flow;
}

/// <summary>A block that only marks what the model has written, for training.</summary>
internal sealed class Inner(Block body) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output) => body.Execute(new(scope), output);
}

internal sealed class If(IReadOnlyList<(Expression Condition, Block Body)> branches, Block? otherwise) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        foreach ((Expression condition, Block body) in branches)
        {
            if (Truth.Of(condition.Evaluate(scope)))
            {
                return body.Execute(scope, output);
            }
        }

        return otherwise?.Execute(scope, output) ?? Flow.Next;
    }
}
