using System.Globalization;
using Pipeline.Inference.Prompts.Jinja.Nodes;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Syntax;

/// <summary>Reads expressions, by Jinja's precedence: if, or, and, not, comparisons, sums, ~, products, powers, signs, postfixes.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private static readonly string[] _comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>One expression, or a tuple without brackets.</summary>
    public Expression ReadTuple(bool withCondition = true)
    {
        Expression first = withCondition ? Read() : tokens.Nested(ReadOr);
        if (!tokens.IsOperator(","))
        {
            return first;
        }

        List<Expression> items = [first];
        while (tokens.SkipOperator(",") && !IsAtEnd())
        {
            items.Add(withCondition ? Read() : tokens.Nested(ReadOr));
        }

        return new ListLiteral(items, isTuple: true);
    }

    public Expression Read() => tokens.Nested(ReadConditional);

    /// <summary>"|name(arguments)", as often as it stands there, over <paramref name="value"/>.</summary>
    public Expression ReadFilters(Expression value)
    {
        while (tokens.SkipOperator("|"))
        {
            string name = ReadDottedName();
            value = new Filtered(value, name, tokens.IsOperator("(") ? ReadArguments() : ArgumentNodes.None);
        }

        return value;
    }

    public ArgumentNodes ReadArguments()
    {
        List<Expression> positional = [];
        Dictionary<string, Expression> named = new(StringComparer.Ordinal);
        tokens.Expect(TokenKind.Operator, "(");
        while (!tokens.SkipOperator(")"))
        {
            if (tokens.IsOperator("*") || tokens.IsOperator("**"))
            {
                bool isNamed = tokens.Take().Text == "**";
                positional.Add(new Spread(Read(), isNamed));
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Next.Is(TokenKind.Operator, "="))
            {
                string name = tokens.Take().Text;
                tokens.Take();
                named[name] = Read();
            }
            else
            {
                positional.Add(Read());
            }

            if (!tokens.IsOperator(")"))
            {
                tokens.Expect(TokenKind.Operator, ",");
            }
        }

        return new(positional, named);
    }

    private bool IsAtEnd() => tokens.Current.Kind is TokenKind.BlockEnd or TokenKind.VariableEnd || tokens.IsOperator(")") || tokens.IsOperator("=");

    private Expression ReadConditional()
    {
        Expression value = ReadOr();
        while (tokens.SkipName("if"))
        {
            Expression condition = ReadOr();
            value = new Conditional(condition, value, tokens.SkipName("else") ? Read() : null);
        }

        return value;
    }

    private Expression ReadOr()
    {
        Expression left = ReadAnd();
        while (tokens.SkipName("or"))
        {
            left = new Logical(left, ReadAnd(), endsAt: true);
        }

        return left;
    }

    private Expression ReadAnd()
    {
        Expression left = ReadNot();
        while (tokens.SkipName("and"))
        {
            left = new Logical(left, ReadNot(), endsAt: false);
        }

        return left;
    }

    private Expression ReadNot() => tokens.SkipName("not") ? new Not(tokens.Nested(ReadNot)) : ReadComparison();

    private Expression ReadComparison()
    {
        Expression left = ReadSum();
        List<(string Sign, Expression Right)> steps = [];
        while (true)
        {
            if (tokens.Current.Kind == TokenKind.Operator && _comparisons.Contains(tokens.Current.Text))
            {
                steps.Add((tokens.Take().Text, ReadSum()));
            }
            else if (tokens.SkipName("in"))
            {
                steps.Add(("in", ReadSum()));
            }
            else if (tokens.IsName("not") && tokens.Next.Is(TokenKind.Name, "in"))
            {
                tokens.Take();
                tokens.Take();
                steps.Add(("not in", ReadSum()));
            }
            else
            {
                return steps.Count == 0 ? left : new Comparison(left, steps);
            }
        }
    }

    private Expression ReadSum() => ReadBinary(() => ReadBinary(() => ReadBinary(() => ReadBinary(() => ReadSigned(), "**"), "*", "/", "//", "%"), "~"), "+", "-");

    private Expression ReadBinary(Func<Expression> read, params string[] signs)
    {
        Expression left = read();
        while (tokens.Current.Kind == TokenKind.Operator && signs.Contains(tokens.Current.Text))
        {
            left = new Binary(tokens.Take().Text, left, read());
        }

        return left;
    }

    private Expression ReadSigned(bool withFilters = true)
    {
        Expression value = tokens.SkipOperator("-") ? new Signed(tokens.Nested(() => ReadSigned(withFilters: false)), isNegative: true)
            : tokens.SkipOperator("+") ? new Signed(tokens.Nested(() => ReadSigned(withFilters: false)), isNegative: false)
            : ReadPostfixes(ReadPrimary());
        return withFilters ? ReadFiltersAndTests(value) : value;
    }

    private Expression ReadFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.IsOperator("|"))
            {
                value = ReadFilters(value);
            }
            else if (tokens.SkipName("is"))
            {
                value = ReadTest(value);
            }
            else if (tokens.IsOperator("("))
            {
                value = new Call(value, ReadArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ReadTest(Expression value)
    {
        bool isNegated = tokens.SkipName("not");
        string name = ReadDottedName();
        ArgumentNodes arguments = tokens.IsOperator("(") ? ReadArguments()
            : IsArgument() ? new([ReadPostfixes(ReadPrimary())], ArgumentNodes.None.Named)
            : ArgumentNodes.None;
        Expression test = new Tested(value, name, arguments);
        return isNegated ? new Not(test) : test;
    }

    // "x is divisibleby 3", but "x is defined and y".
    private bool IsArgument() => tokens.Current.Kind switch
    {
        TokenKind.Name => tokens.Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"),
        TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Operator => tokens.Current.Text is "[" or "{",
        _ => false,
    };

    private string ReadDottedName()
    {
        string name = tokens.ExpectName();
        while (tokens.SkipOperator("."))
        {
            name += $".{tokens.ExpectName()}";
        }

        return name;
    }

    private Expression ReadPostfixes(Expression value)
    {
        while (true)
        {
            if (tokens.SkipOperator("."))
            {
                value = tokens.Current.Kind == TokenKind.Integer
                    ? new Item(value, new Literal(Integer(tokens.Take())))
                    : new Member(value, tokens.ExpectName());
            }
            else if (tokens.SkipOperator("["))
            {
                value = ReadSubscript(value);
            }
            else if (tokens.IsOperator("("))
            {
                value = new Call(value, ReadArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ReadSubscript(Expression value)
    {
        Expression?[] parts = [null, null, null];
        int part = 0;
        while (!tokens.SkipOperator("]"))
        {
            if (tokens.SkipOperator(":"))
            {
                part += part < 2 ? 1 : throw tokens.Error("a slice has three parts at most");
            }
            else
            {
                parts[part] = parts[part] is null ? Read() : throw tokens.Error($"{tokens.Current} stands where ']' is wanted");
            }
        }

        return part > 0 ? new Slice(value, parts[0], parts[1], parts[2])
            : parts[0] is { } index ? new Item(value, index)
            : throw tokens.Error("an index is missing");
    }

    private Expression ReadPrimary()
    {
        Token token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(true),
                    "false" or "False" => new Literal(false),
                    "none" or "None" => new Literal(null),
                    _ => new Name(token.Text),
                };
            case TokenKind.String:
                string text = token.Text;
                while (tokens.Current.Kind == TokenKind.String)
                {
                    text += tokens.Take().Text;
                }

                return new Literal(new Text(text));
            case TokenKind.Integer:
                return new Literal(Integer(token));
            case TokenKind.Float:
                return new Literal(double.Parse(token.Text, CultureInfo.InvariantCulture));
            case TokenKind.Operator when token.Text == "(":
                return ReadBracketed();
            case TokenKind.Operator when token.Text == "[":
                return new ListLiteral(ReadItems("]", Read), isTuple: false);
            case TokenKind.Operator when token.Text == "{":
                return new DictLiteral(ReadItems("}", ReadPair));
            default:
                throw new JinjaException($"{token} stands where a value is wanted", token.Line);
        }
    }

    private Expression ReadBracketed()
    {
        if (tokens.SkipOperator(")"))
        {
            return new ListLiteral([], isTuple: true);
        }

        Expression value = ReadTuple();
        tokens.Expect(TokenKind.Operator, ")");
        return value;
    }

    private List<T> ReadItems<T>(string end, Func<T> read)
    {
        List<T> items = [];
        while (!tokens.SkipOperator(end))
        {
            items.Add(read());
            if (!tokens.IsOperator(end))
            {
                tokens.Expect(TokenKind.Operator, ",");
            }
        }

        return items;
    }

    private (Expression Key, Expression Value) ReadPair()
    {
        Expression key = Read();
        tokens.Expect(TokenKind.Operator, ":");
        return (key, Read());
    }

    private static long Integer(Token token) => long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
        ? number
        : throw new JinjaException($"{token} is too large", token.Line);
}
