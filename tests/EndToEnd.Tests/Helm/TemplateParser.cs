using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.EndToEnd.Tests.Helm;

/// <summary>
/// Reads the part of Go's template language that the chart keeps to: values, variables, if and else, range with named variables,
/// define, pipes, parentheses, and trimming of white space. Anything else is refused, so that nothing is rendered otherwise than
/// Helm would.
/// </summary>
internal sealed partial class TemplateParser
{
    private readonly IReadOnlyList<(bool IsAction, string Text)> _pieces;
    private int _next;

    private TemplateParser(string template) => _pieces = [.. Split(template)];

    public static IReadOnlyList<TemplateNode> Parse(string template)
    {
        var parser = new TemplateParser(template);
        var (nodes, end) = parser.Block();
        return end is "" ? nodes : throw new FormatException($"'{end}' ends nothing.");
    }

    private static IEnumerable<(bool, string)> Split(string template)
    {
        var at = 0;
        var trims = false;
        foreach (Match action in Action().Matches(template))
        {
            yield return (false, Trim(template[at..action.Index], trims, action.Groups[1].Success));
            if (!action.Groups[2].Value.StartsWith("/*", StringComparison.Ordinal))
            {
                yield return (true, action.Groups[2].Value);
            }

            (at, trims) = (action.Index + action.Length, action.Groups[3].Success);
        }

        yield return (false, Trim(template[at..], trims, end: false));
    }

    private static string Trim(string text, bool start, bool end) =>
        (start, end) switch { (true, true) => text.Trim(), (true, false) => text.TrimStart(), (false, true) => text.TrimEnd(), _ => text };

    /// <summary>As far as the end or else that belongs to it, which is returned as well.</summary>
    private (IReadOnlyList<TemplateNode> Nodes, string End) Block()
    {
        List<TemplateNode> nodes = [];
        while (_next < _pieces.Count)
        {
            var (isAction, text) = _pieces[_next++];
            if (!isAction)
            {
                nodes.Add(new TemplateNode.Text(text));
            }
            else if (text is "end" or "else")
            {
                return (nodes, text);
            }
            else
            {
                nodes.Add(Node(text));
            }
        }

        return (nodes, "");
    }

    private TemplateNode Node(string action)
    {
        if (Loop().Match(action) is { Success: true } loop)
        {
            return new TemplateNode.Range(
                loop.Groups[1].Success ? loop.Groups[1].Value : null, loop.Groups[2].Value, ExpressionParser.Parse(loop.Groups[3].Value), Body());
        }

        if (Setting().Match(action) is { Success: true } setting)
        {
            return new TemplateNode.Set(setting.Groups[1].Value, ExpressionParser.Parse(setting.Groups[2].Value));
        }

        return action.Split(' ')[0] switch
        {
            "if" => Branch(action[3..]),
            "define" => new TemplateNode.Define(action[7..].Trim().Trim('"'), Body()),
            "range" or "with" or "template" or "block" or "break" or "continue" => throw new FormatException($"'{action}' is not in the subset."),
            _ => new TemplateNode.Output(ExpressionParser.Parse(action)),
        };
    }

    private TemplateNode.If Branch(string condition)
    {
        var (then, end) = Block();
        return new(ExpressionParser.Parse(condition), then, end is "else" ? Body() : []);
    }

    private IReadOnlyList<TemplateNode> Body() => Block() is (var nodes, "end") ? nodes : throw new FormatException("A block has no end.");

    [GeneratedRegex(@"\{\{(-\s)?\s*(.*?)\s*(\s-)?\}\}", RegexOptions.Singleline)]
    private static partial Regex Action();

    [GeneratedRegex(@"^range (?:(\$\w+), )?(\$\w+) := (.+)$")]
    private static partial Regex Loop();

    [GeneratedRegex(@"^(\$\w+) :?= (.+)$")]
    private static partial Regex Setting();
}

/// <summary>Reads pipelines of function calls.</summary>
internal sealed partial class ExpressionParser
{
    private readonly string[] _tokens;
    private int _next;

    private ExpressionParser(string text) => _tokens = [.. Token().Matches(text).Select(match => match.Value)];

    private string? Current => _next < _tokens.Length ? _tokens[_next] : null;

    public static Expression Parse(string text)
    {
        var parser = new ExpressionParser(text);
        var expression = parser.Pipeline();
        return parser.Current is null ? expression : throw new FormatException($"'{parser.Current}' in '{text}' is not understood.");
    }

    private Expression Pipeline()
    {
        var value = Command(piped: null);
        while (Current is "|")
        {
            _next++;
            value = Command(value);
        }

        return value;
    }

    private Expression Command(Expression? piped)
    {
        var first = _tokens[_next];
        if (!char.IsLetter(first[0]) || first is "true" or "false")
        {
            return piped is null ? Operand() : throw new FormatException($"'{first}' is no function.");
        }

        _next++;
        List<Expression> arguments = [];
        while (Current is not (null or "|" or ")"))
        {
            arguments.Add(Operand());
        }

        return new Expression.Call(first, piped is null ? arguments : [.. arguments, piped]);
    }

    private Expression Operand()
    {
        var token = _tokens[_next++];
        switch (token[0])
        {
            case '(':
                var inner = Pipeline();
                _next++;
                return inner;
            case '"':
                return new Expression.Literal(token[1..^1]);
            case '.' or '$':
                var parts = token.Split('.', StringSplitOptions.RemoveEmptyEntries);
                return token[0] is '.' ? new Expression.Field(".", parts) : new Expression.Field(parts[0], parts[1..]);
            default:
                return new Expression.Literal(token is "true" or "false" ? token is "true" : long.Parse(token, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex(@"""[^""]*""|[()|]|[^\s()|]+")]
    private static partial Regex Token();
}
