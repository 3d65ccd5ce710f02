using Pipeline.Inference.Prompts.Jinja.Nodes;

namespace Pipeline.Inference.Prompts.Jinja.Syntax;

/// <summary>Reads a template: text, {{ expressions }} and {% statements %}.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private TemplateParser(TokenStream tokens) => (_tokens, _expressions) = (tokens, new(tokens));

    /// <exception cref="JinjaException">It is no template.</exception>
    public static Block Parse(string template, JinjaLimits limits)
    {
        if (template.Length > limits.TemplateLengthMax)
        {
            throw new JinjaException($"it has {template.Length} characters; at most {limits.TemplateLengthMax} are read");
        }

        TemplateParser parser = new(new(Lexer.Read(template), limits));
        Block block = parser.ReadBlock();
        return parser._tokens.Current.Kind == TokenKind.End
            ? block
            : throw parser._tokens.Error($"'{parser._tokens.Next.Text}' ends nothing");
    }

    /// <summary>Statements up to the end or to one of <paramref name="ends"/>, whose name is the current token then.</summary>
    private Block ReadBlock(params string[] ends) => _tokens.Nested(() =>
    {
        List<Statement> statements = [];
        while (_tokens.Current.Kind != TokenKind.End)
        {
            int line = _tokens.Current.Line;
            if (_tokens.Current.Kind == TokenKind.Data)
            {
                statements.Add(new Raw(_tokens.Take().Text));
            }
            else if (_tokens.Current.Kind == TokenKind.VariableBegin)
            {
                _tokens.Take();
                statements.Add(new Output(_expressions.ReadTuple()) { Line = line });
                _tokens.Expect(TokenKind.VariableEnd);
            }
            else if (_tokens.Next is { Kind: TokenKind.Name, Text: var name } && (ends.Contains(name) || name is "elif" or "else" || name.StartsWith("end", StringComparison.Ordinal)))
            {
                break;
            }
            else
            {
                _tokens.Take();
                statements.Add(ReadStatement(line));
            }
        }

        return ends.Length == 0 || _tokens.Current.Kind != TokenKind.End ? new Block(statements) : throw _tokens.Error($"{{% {ends[^1]} %}} is missing");
    });

    /// <summary>The statement whose name comes next; the text of what it ends with is taken as well.</summary>
    private Statement ReadStatement(int line)
    {
        string name = _tokens.ExpectName();
        Statement statement = name switch
        {
            "if" => ReadIf(),
            "for" => ReadFor(),
            "set" => ReadSet(),
            "macro" => ReadMacro(),
            "call" => ReadCall(),
            "filter" => ReadFilter(),
            "with" => ReadWith(),
            "generation" => new Inner(ReadBody("endgeneration")),
            "break" or "continue" => _loops > 0 ? new Jump(name == "break" ? Flow.Break : Flow.Continue) : throw _tokens.Error($"'{name}' stands outside of a loop"),
            _ => throw _tokens.Error($"the statement '{name}' is not one that chat templates have"),
        };
        statement.Line = line;
        _tokens.Expect(TokenKind.BlockEnd);
        return statement;
    }

    /// <summary>The rest of the opening tag, and all up to the closing one.</summary>
    private Block ReadBodyUntil(params string[] ends)
    {
        _tokens.Expect(TokenKind.BlockEnd);
        Block body = ReadBlock(ends);
        _tokens.Expect(TokenKind.BlockBegin);
        return ends.Contains(_tokens.Current.Text) ? body : throw _tokens.Error($"{_tokens.Current} stands where '{ends[^1]}' is wanted");
    }

    private Block ReadBody(string end)
    {
        Block body = ReadBodyUntil(end);
        _tokens.Take();
        return body;
    }

    private If ReadIf()
    {
        List<(Expression, Block)> branches = [];
        do
        {
            Expression condition = _expressions.ReadTuple();
            branches.Add((condition, ReadBodyUntil("elif", "else", "endif")));
        }
        while (_tokens.SkipName("elif"));
        Block? otherwise = _tokens.SkipName("else") ? ReadBodyUntil("endif") : null;
        _tokens.Expect(TokenKind.Name, "endif");
        return new(branches, otherwise);
    }

    private For ReadFor()
    {
        Target target = ReadTarget();
        _tokens.Expect(TokenKind.Name, "in");
        Expression items = _expressions.ReadTuple(withCondition: false);
        Expression? condition = _tokens.SkipName("if") ? _expressions.Read() : null;
        if (_tokens.IsName("recursive"))
        {
            throw _tokens.Error("recursive loops are not supported");
        }

        _loops++;
        Block body = ReadBodyUntil("else", "endfor");
        _loops--;
        Block? otherwise = _tokens.SkipName("else") ? ReadBodyUntil("endfor") : null;
        _tokens.Expect(TokenKind.Name, "endfor");
        return new(target, items, condition, body, otherwise);
    }

    private Statement ReadSet()
    {
        Target target = ReadTarget();
        if (_tokens.SkipOperator("="))
        {
            return new Set(target, _expressions.ReadTuple());
        }

        Expression value = _expressions.ReadFilters(SetBlock.Captured);
        return new SetBlock(target, value, ReadBody("endset"));
    }

    private Macro ReadMacro()
    {
        string name = _tokens.ExpectName();
        List<Parameter> parameters = ReadParameters();
        return new(name, parameters, ReadUnlooped("endmacro"));
    }

    private CallBlock ReadCall()
    {
        List<Parameter> parameters = _tokens.IsOperator("(") ? ReadParameters() : [];
        Expression call = _expressions.Read();
        return call is Call known
            ? new(known, new("caller", parameters, ReadUnlooped("endcall")))
            : throw _tokens.Error("'call' needs the call of a macro");
    }

    private SetBlock ReadFilter()
    {
        Expression value = new Filtered(SetBlock.Captured, _tokens.ExpectName(), _tokens.IsOperator("(") ? _expressions.ReadArguments() : ArgumentNodes.None);
        value = _expressions.ReadFilters(value);
        return new(null, value, ReadBody("endfilter"));
    }

    private With ReadWith()
    {
        List<(Target, Expression)> values = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            Target target = ReadTarget();
            _tokens.Expect(TokenKind.Operator, "=");
            values.Add((target, _expressions.Read()));
            _tokens.SkipOperator(",");
        }

        return new(values, ReadBody("endwith"));
    }

    /// <summary>A body that loops around it do not reach into.</summary>
    private Block ReadUnlooped(string end)
    {
        (int loops, _loops) = (_loops, 0);
        Block body = ReadBody(end);
        _loops = loops;
        return body;
    }

    private List<Parameter> ReadParameters()
    {
        List<Parameter> parameters = [];
        _tokens.Expect(TokenKind.Operator, "(");
        while (!_tokens.SkipOperator(")"))
        {
            string name = _tokens.ExpectName();
            parameters.Add(new(name, _tokens.SkipOperator("=") ? _expressions.Read() : null));
            if (!_tokens.IsOperator(")"))
            {
                _tokens.Expect(TokenKind.Operator, ",");
            }
        }

        return parameters;
    }

    private Target ReadTarget()
    {
        bool isBracketed = _tokens.SkipOperator("(");
        List<string> names = [_tokens.ExpectName()];
        if (_tokens.SkipOperator("."))
        {
            return new(names, _tokens.ExpectName());
        }

        bool isTuple = false;
        while (_tokens.SkipOperator(","))
        {
            isTuple = true;
            if (_tokens.Current.Kind == TokenKind.Name && !_tokens.IsName("in"))
            {
                names.Add(_tokens.ExpectName());
            }
        }

        if (isBracketed)
        {
            _tokens.Expect(TokenKind.Operator, ")");
        }

        return new(names, null) { IsTuple = isTuple };
    }
}
