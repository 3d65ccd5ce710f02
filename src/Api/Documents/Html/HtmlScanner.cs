namespace Pipeline.Api.Documents.Html;

/// <summary>What <see cref="HtmlScanner.Read"/> found.</summary>
internal enum HtmlToken
{
    Text,
    StartTag,
    EndTag,
    End,
}

/// <summary>
/// Cuts a page into texts and tags, as browsers do, each character looked at a bounded number of times. It keeps nothing of
/// what it has read, so no page makes it need memory.
/// </summary>
internal ref struct HtmlScanner(ReadOnlySpan<char> html)
{
    private readonly ReadOnlySpan<char> _html = html;
    private int _at;
    private AttributesSeen _seen;

    /// <summary>The text with its character references, or the name of the tag.</summary>
    public ReadOnlySpan<char> Value { get; private set; }

    /// <summary>Whether the tag says that its element is not shown.</summary>
    public bool Hides { get; private set; }

    /// <summary>Whether the cell that the tag begins covers several.</summary>
    public bool Spans { get; private set; }

    /// <summary>Whether the tag ends with a slash.</summary>
    public bool ClosesItself { get; private set; }

    public HtmlToken Read()
    {
        while (_at < _html.Length)
        {
            var rest = _html[_at..];
            if (rest[0] is not '<')
            {
                return Text(rest, rest.IndexOf('<'));
            }

            switch (rest)
            {
                case [_, >= 'a' and <= 'z' or >= 'A' and <= 'Z', ..]:
                    return Tag(1) ? HtmlToken.StartTag : HtmlToken.End;
                case [_, '/', >= 'a' and <= 'z' or >= 'A' and <= 'Z', ..]:
                    return Tag(2) ? HtmlToken.EndTag : HtmlToken.End;
                case [_, '!', '-', '-', ..]:
                    SkipComment();
                    break;
                case [_, '!' or '?', ..] or [_, '/', _, ..]:
                    SkipBehind(">");
                    break;
                default:
                    // A lone less-than sign is text, with what comes behind it.
                    var next = rest[1..].IndexOf('<');
                    return Text(rest, next < 0 ? -1 : next + 1);
            }
        }

        return HtmlToken.End;
    }

    /// <summary>The content of an element without tags, up to its end tag, which is read as well; the rest of the page where there is none.</summary>
    public ReadOnlySpan<char> ReadRaw(ReadOnlySpan<char> name)
    {
        var start = _at;
        for (var from = start; _html[from..].IndexOf("</") is >= 0 and var found; from += found + 2)
        {
            var behind = _html[(from + found + 2)..];
            if (behind.StartsWith(name, StringComparison.OrdinalIgnoreCase)
                && (behind.Length == name.Length || behind[name.Length] is '>' or '/' || char.IsWhiteSpace(behind[name.Length])))
            {
                var content = _html[start..(from + found)];
                _at = from + found;
                Tag(2);
                return content;
            }
        }

        _at = _html.Length;
        return _html[start..];
    }

    private HtmlToken Text(ReadOnlySpan<char> rest, int length)
    {
        Value = length < 0 ? rest : rest[..length];
        _at += Value.Length;
        return HtmlToken.Text;
    }

    /// <summary>False where the page ends within the tag: then there is none.</summary>
    private bool Tag(int nameAt)
    {
        (Hides, Spans, ClosesItself, _seen) = (false, false, false, AttributesSeen.None);
        var start = _at += nameAt;
        while (_at < _html.Length && _html[_at] is not ('>' or '/') && !char.IsWhiteSpace(_html[_at]))
        {
            _at++;
        }

        Value = _html[start.._at];
        while (_at < _html.Length)
        {
            var next = _html[_at];
            if (next is '>')
            {
                _at++;
                return true;
            }

            if (next is '/' || char.IsWhiteSpace(next))
            {
                ClosesItself = next is '/' && _at + 1 < _html.Length && _html[_at + 1] is '>';
                _at++;
            }
            else
            {
                Attribute();
            }
        }

        return false;
    }

    private void Attribute()
    {
        // An equals sign at the start is part of the name.
        var start = _at++;
        while (_at < _html.Length && _html[_at] is not ('>' or '/' or '=') && !char.IsWhiteSpace(_html[_at]))
        {
            _at++;
        }

        var name = _html[start.._at];
        SkipWhiteSpace();
        if (_at >= _html.Length || _html[_at] is not '=')
        {
            Take(name, default);
            return;
        }

        _at++;
        SkipWhiteSpace();
        if (_at < _html.Length && _html[_at] is '"' or '\'')
        {
            var value = _html[(_at + 1)..];
            var end = value.IndexOf(_html[_at]);
            Take(name, end < 0 ? value : value[..end]);
            _at = end < 0 ? _html.Length : _at + end + 2;
            return;
        }

        start = _at;
        while (_at < _html.Length && _html[_at] is not '>' && !char.IsWhiteSpace(_html[_at]))
        {
            _at++;
        }

        Take(name, _html[start.._at]);
    }

    /// <summary>Of an attribute that is there twice, the first counts.</summary>
    private void Take(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        var attribute = name switch
        {
            _ when Is(name, "hidden") => AttributesSeen.Hidden,
            _ when Is(name, "aria-hidden") => AttributesSeen.AriaHidden,
            _ when Is(name, "style") => AttributesSeen.Style,
            _ when Is(name, "colspan") || Is(name, "rowspan") => AttributesSeen.Span,
            _ => AttributesSeen.None,
        };
        if (attribute is AttributesSeen.None || (_seen & attribute) != 0)
        {
            return;
        }

        _seen |= attribute;
        Spans |= attribute is AttributesSeen.Span && !Is(value.Trim(), "1");
        Hides |= attribute switch
        {
            AttributesSeen.Hidden => !Is(value.Trim(), "until-found"),
            AttributesSeen.AriaHidden => Is(value.Trim(), "true"),
            AttributesSeen.Style => HidesByStyle(HtmlReferences.Decode(value)),
            _ => false,
        };

        static bool Is(ReadOnlySpan<char> text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
    }

    private static bool HidesByStyle(ReadOnlySpan<char> style)
    {
        foreach (var range in style.Split(';'))
        {
            var declaration = style[range];
            var colon = declaration.IndexOf(':');
            if (colon < 0)
            {
                continue;
            }

            var property = declaration[..colon].Trim();
            var value = declaration[(colon + 1)..];
            value = (value.IndexOf('!') is >= 0 and var important ? value[..important] : value).Trim();
            if ((property.Equals("display", StringComparison.OrdinalIgnoreCase) && value.Equals("none", StringComparison.OrdinalIgnoreCase))
                || (property.Equals("visibility", StringComparison.OrdinalIgnoreCase) && value.Equals("hidden", StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Behind the comment's end; an abrupt one (<c>&lt;!--&gt;</c>) ends where it begins.</summary>
    private void SkipComment()
    {
        var body = _html[(_at + 4)..];
        if (body is ['>', ..] or ['-', '>', ..])
        {
            SkipBehind(">");
            return;
        }

        for (var from = 0; body[from..].IndexOf("--") is >= 0 and var found; from += found + 1)
        {
            var behind = from + found + 2;
            var length = body[behind..] switch
            {
                ['>', ..] => 1,
                ['!', '>', ..] => 2,
                _ => 0,
            };
            if (length > 0)
            {
                _at += 4 + behind + length;
                return;
            }
        }

        _at = _html.Length;
    }

    private void SkipBehind(string end) => _at = _html[_at..].IndexOf(end) is >= 0 and var found ? _at + found + end.Length : _html.Length;

    private void SkipWhiteSpace()
    {
        while (_at < _html.Length && char.IsWhiteSpace(_html[_at]))
        {
            _at++;
        }
    }

    [Flags]
    private enum AttributesSeen
    {
        None = 0,
        Hidden = 1,
        AriaHidden = 2,
        Style = 4,
        Span = 8,
    }
}
