namespace Pipeline.Inference.Prompts.Jinja.Syntax;

/// <summary>
/// Cuts a template into text and tags. White space is as transformers sets it: the line break after a block or comment goes
/// (trim_blocks), and so does the indentation before one (lstrip_blocks); "-" takes all, "+" nothing.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private int _countedTo;

    private Lexer(string source) => _source = source;

    /// <exception cref="JinjaException">A tag, string or comment does not end, or a character has no meaning.</exception>
    public static List<Token> Read(string template)
    {
        string source = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        Lexer lexer = new(source.EndsWith('\n') ? source[..^1] : source);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private void ReadAll()
    {
        while (_at < _source.Length)
        {
            int tag = NextTag(_at);
            AddData(_at, tag);
            _at = tag;
            if (_at < _source.Length)
            {
                ReadTag();
            }
        }

        Add(TokenKind.End, "");
    }

    private int NextTag(int from)
    {
        for (int at = from; (at = _source.IndexOf('{', at)) >= 0; at++)
        {
            if (at + 1 < _source.Length && _source[at + 1] is '{' or '%' or '#')
            {
                return at;
            }
        }

        return _source.Length;
    }

    /// <summary>Text up to a tag or the end, without the white space that the tag takes.</summary>
    private void AddData(int start, int tag)
    {
        ReadOnlySpan<char> text = _source.AsSpan(start, tag - start);
        if (tag < _source.Length)
        {
            char sign = tag + 2 < _source.Length ? _source[tag + 2] : ' ';
            if (sign == '-')
            {
                text = text.TrimEnd();
            }
            else if (sign != '+' && _source[tag + 1] != '{')
            {
                int lineStart = text.LastIndexOf('\n') + 1;
                bool isWholeLine = lineStart > 0 || start == 0 || _source[start - 1] == '\n';
                text = isWholeLine && text[lineStart..].IsWhiteSpace() ? text[..lineStart] : text;
            }
        }

        if (text.Length > 0)
        {
            Add(TokenKind.Data, text.ToString());
        }
    }

    private void ReadTag()
    {
        char kind = _source[_at + 1];
        if (kind == '#')
        {
            int end = _source.IndexOf("#}", _at + 2, StringComparison.Ordinal);
            _at = end >= 0 ? end : throw Error("a comment does not end");
            Leave(takesLineBreak: true);
            return;
        }

        bool isBlock = kind == '%';
        Add(isBlock ? TokenKind.BlockBegin : TokenKind.VariableBegin, _source.Substring(_at, 2));
        _at += 2;
        _at += _at < _source.Length && _source[_at] is '-' or '+' ? 1 : 0;
        if (isBlock && TryReadRaw())
        {
            return;
        }

        ReadExpression(isBlock ? "%}" : "}}");
        Add(isBlock ? TokenKind.BlockEnd : TokenKind.VariableEnd, isBlock ? "%}" : "}}");
        Leave(takesLineBreak: isBlock);
    }

    /// <summary>Steps behind the end of a tag, whose sign may stand before.</summary>
    private void Leave(bool takesLineBreak)
    {
        char sign = _source[_at - 1];
        _at += 2;
        if (sign == '-')
        {
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
            {
                _at++;
            }
        }
        else if (takesLineBreak && sign != '+' && _at < _source.Length && _source[_at] == '\n')
        {
            _at++;
        }
    }

    private void ReadExpression(string end)
    {
        ExpressionLexer inside = new(_source, _at, end);
        while (inside.TryRead(out TokenKind kind, out string text))
        {
            _at = inside.TokenStart;
            Add(kind, text);
        }

        _at = inside.At;
    }

    /// <summary>Between raw and endraw everything is text.</summary>
    private bool TryReadRaw()
    {
        if (!TryTag(_at, "raw", out int behind))
        {
            return false;
        }

        _tokens.RemoveAt(_tokens.Count - 1);
        _at = behind;
        Leave(takesLineBreak: false); // The line break behind raw is text already.
        int start = _at;
        for (int at = start; (at = _source.IndexOf("{%", at, StringComparison.Ordinal)) >= 0; at += 2)
        {
            int inside = at + 2;
            inside += inside < _source.Length && _source[inside] is '-' or '+' ? 1 : 0;
            if (TryTag(inside, "endraw", out behind))
            {
                AddData(start, at);
                _at = behind;
                Leave(takesLineBreak: true);
                return true;
            }
        }

        throw Error("raw does not end; write {% endraw %}");
    }

    /// <param name="behind">Where its "%}" stands.</param>
    private bool TryTag(int at, string word, out int behind)
    {
        ReadOnlySpan<char> rest = _source.AsSpan(at).TrimStart();
        behind = 0;
        if (!rest.StartsWith(word))
        {
            return false;
        }

        rest = rest[word.Length..].TrimStart();
        rest = rest.Length > 0 && rest[0] is '-' or '+' ? rest[1..] : rest;
        behind = _source.Length - rest.Length;
        return rest.StartsWith("%}");
    }

    private void Add(TokenKind kind, string text)
    {
        CountLines();
        _tokens.Add(new(kind, text, _line));
    }

    private void CountLines()
    {
        _line += _source.AsSpan(_countedTo, Math.Max(0, _at - _countedTo)).Count('\n');
        _countedTo = Math.Max(_countedTo, _at);
    }

    private JinjaException Error(string problem)
    {
        CountLines();
        return new(problem, _line);
    }
}
