namespace Pipeline.EndToEnd.Tests.Helm;

/// <summary>A part of a template.</summary>
internal abstract record TemplateNode
{
    public sealed record Text(string Value) : TemplateNode;

    public sealed record Output(Expression Value) : TemplateNode;

    /// <param name="Name">With its dollar sign.</param>
    public sealed record Set(string Name, Expression Value) : TemplateNode;

    public sealed record If(Expression Condition, IReadOnlyList<TemplateNode> Then, IReadOnlyList<TemplateNode> Else) : TemplateNode;

    /// <param name="Key">Null where the loop names only its value.</param>
    public sealed record Range(string? Key, string Item, Expression Over, IReadOnlyList<TemplateNode> Body) : TemplateNode;

    public sealed record Define(string Name, IReadOnlyList<TemplateNode> Body) : TemplateNode;
}

/// <summary>What stands between two braces.</summary>
internal abstract record Expression
{
    public sealed record Literal(object? Value) : Expression;

    /// <param name="Variable">With its dollar sign; "." for the value that the template is given.</param>
    public sealed record Field(string Variable, IReadOnlyList<string> Path) : Expression;

    public sealed record Call(string Function, IReadOnlyList<Expression> Arguments) : Expression;
}
