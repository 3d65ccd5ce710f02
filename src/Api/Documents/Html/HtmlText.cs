namespace Pipeline.Api.Documents.Html;

/// <summary>What was read of a page, or why it was not.</summary>
/// <param name="Title">What stands in the title element; null where there is none.</param>
/// <param name="Problem">Continues the field's name to a sentence.</param>
internal readonly record struct HtmlReading(string Text, string? Title, string? Problem);

/// <summary>
/// What a reader of a page sees, as text: a line a block, headings and items with the marks of Markdown, a row of a table on a
/// line. Nothing is loaded and no script runs. The page comes from anybody, so no tree is built of it: one pass over its tags,
/// in time and memory that grow with its length alone, within bounds on open elements and on the text.
/// </summary>
internal ref struct HtmlText
{
    /// <summary>Tables within each other whose rows are joined: each joins its text again.</summary>
    private const int JoiningTablesMax = 4;

    private const int TokensBetweenChecks = 1_024;

    private readonly OpenElements _open = new();
    private readonly Stack<TableText?> _tables = [];
    private readonly PageText _text;
    private HtmlScanner _page;
    private string? _title;
    private bool _isFresh;

    private HtmlText(ReadOnlySpan<char> html, int lengthMax)
    {
        _page = new(html);
        _text = new(lengthMax);
    }

    /// <param name="lengthMax">Longest text, in characters.</param>
    public static HtmlReading Read(string html, int lengthMax, CancellationToken cancellationToken) =>
        Read(html, lengthMax, cancellationToken.ThrowIfCancellationRequested);

    /// <param name="check">Called every so many tokens; ends the reading by what it throws.</param>
    internal static HtmlReading Read(string html, int lengthMax, Action check) => new HtmlText(html, lengthMax).Read(check);

    private HtmlReading Read(Action check)
    {
        HtmlToken token;
        for (var tokens = 0; (token = _page.Read()) is not HtmlToken.End; tokens++)
        {
            if (tokens % TokensBetweenChecks is 0)
            {
                check();
            }

            switch (token)
            {
                case HtmlToken.Text when !_open.Top.IsHidden:
                    Append(HtmlReferences.Decode(_page.Value));
                    break;
                case HtmlToken.StartTag:
                    Start(_open.Find(_page.Value));
                    break;
                case HtmlToken.EndTag:
                    End(_open.Find(_page.Value));
                    break;
            }

            if (_open.IsFull)
            {
                return new("", null, $"has more than {OpenElements.CountMax} elements open at once: close them, or send the text alone.");
            }

            if (_text.IsFull)
            {
                return Full();
            }
        }

        CloseTo(0);
        return _text.IsFull ? Full() : new(_text.ToString(), string.IsNullOrWhiteSpace(_title) ? null : _title.Trim(), null);
    }

    /// <summary>A line break right behind the tag of a preformatted text is none.</summary>
    private void Append(ReadOnlySpan<char> words)
    {
        _text.Append(_isFresh ? words.TrimStart('\r') is ['\n', .. var behind] ? behind : words : words, _open.Top.IsKept);
        _isFresh = false;
    }

    private static HtmlReading Full() => new("", null, "has more text than Documents:BytesMax allows. Split the document.");

    private void Start(HtmlElement element)
    {
        if (element.Name is "html" or "head" or "body" or "frameset")
        {
            return;
        }

        if (_open.Top.IsForeign && !LeaveForeign(element))
        {
            return;
        }

        if (!CloseImplied(element))
        {
            _text.Space(); // A cell outside of any table is none.
            return;
        }

        if (element.Is(ElementTraits.Void))
        {
            Void(element);
            return;
        }

        var spans = _page.Spans;
        var closesItself = _page.ClosesItself && element.Is(ElementTraits.Foreign);
        var opened = _open.Push(element, _page.Hides);
        _isFresh = element.Is(ElementTraits.Preformatted);
        if (!opened.IsHidden)
        {
            Enter(element, spans);
        }

        if (element.Is(ElementTraits.Raw))
        {
            ReadRaw(element, opened);
        }

        if (closesItself || element.Is(ElementTraits.Raw))
        {
            CloseTo(_open.Count - 1);
        }
    }

    private void End(HtmlElement element)
    {
        if (element.Name is "br" or "p")
        {
            Line(); // Even where none is open.
        }

        var at = element.Is(ElementTraits.Heading) ? Heading() : _open.Closable(element);
        if (at >= 0)
        {
            CloseTo(at);
        }
    }

    /// <summary>Any heading's end tag closes the open heading.</summary>
    private readonly int Heading()
    {
        var at = -1;
        for (var level = '1'; level <= '6'; level++)
        {
            at = Math.Max(at, _open.Closable(HtmlElement.Of($"h{level}")));
        }

        return at;
    }

    private void ReadRaw(HtmlElement element, OpenElement opened)
    {
        var content = element.Name is "plaintext" ? _page.ReadRaw("\0") : _page.ReadRaw(element.Name);
        if (element.Name is "title")
        {
            _title ??= opened.IsForeign ? null : HtmlReferences.Decode(content).ToString();
        }
        else if (!opened.IsHidden)
        {
            // Only a text area has references.
            Append(element.Name is "textarea" ? HtmlReferences.Decode(content) : content);
        }
    }

    /// <summary>False for a tag that closes itself and so says nothing.</summary>
    private bool LeaveForeign(HtmlElement element)
    {
        if (!element.Is(ElementTraits.EndsForeign))
        {
            return !_page.ClosesItself;
        }

        while (_open.Top.IsForeign)
        {
            CloseTo(_open.Count - 1);
        }

        return true;
    }

    private readonly void Void(HtmlElement element)
    {
        if (_open.Top.IsHidden || _page.Hides)
        {
            return;
        }

        if (element.Is(ElementTraits.Block))
        {
            // In a kept text a line may be empty.
            if (_open.Top.IsKept)
            {
                _text.Append("\n", isKept: true);
            }
            else
            {
                _text.EndLine();
            }
        }
        else if (element.Is(ElementTraits.Apart))
        {
            _text.Space();
        }
    }

    private readonly void Enter(HtmlElement element, bool spans)
    {
        if (element.Is(ElementTraits.Structure) && _tables.TryPeek(out var around))
        {
            around?.MarkStructure();
        }

        switch (element.Name)
        {
            case "table":
                _text.EndLine();
                _tables.Push(_tables.Count < JoiningTablesMax ? new(_text) : null);
                return;
            case "tr" when _tables.TryPeek(out var table) && table is not null:
                table.BeginRow();
                return;
            case "td" or "th" when _tables.TryPeek(out var table) && table is not null:
                table.BeginCell(element.Name is "th" || _open.Innermost("thead") > _open.Innermost("table"), spans);
                return;
        }

        Edge(element);
        if (element.Is(ElementTraits.Heading))
        {
            _text.Append($"{new string('#', element.Name[1] - '0')} ");
        }
        else if (element.Name is "li")
        {
            _text.Append("- ");
        }
    }

    private readonly void CloseTo(int count)
    {
        while (_open.Count > count)
        {
            var closed = _open.Pop();
            if (!closed.IsHidden)
            {
                Leave(closed.Element);
            }
        }
    }

    private readonly void Leave(HtmlElement element)
    {
        switch (element.Name)
        {
            case "table":
                _tables.Pop()?.EndRow();
                break;
            case "tr" when _tables.TryPeek(out var table):
                table?.EndRow();
                break;
            case "td" or "th" when _tables.TryPeek(out var table):
                table?.EndCell();
                break;
        }

        Edge(element);
    }

    private readonly void Edge(HtmlElement element)
    {
        if (element.Is(ElementTraits.Block))
        {
            _text.EndLine();
        }
        else if (element.Is(ElementTraits.Apart))
        {
            _text.Space();
        }
    }

    private readonly void Line()
    {
        if (!_open.Top.IsHidden)
        {
            _text.EndLine();
        }
    }

    /// <summary>Closes what the start of an element ends without a tag; false where it may not stand.</summary>
    private readonly bool CloseImplied(HtmlElement element)
    {
        var top = _open.Top;
        if (element.Is(ElementTraits.EndsParagraph))
        {
            Close(_open.Innermost("p"), top.Button);
        }

        switch (element.Name)
        {
            case "li":
                Close(_open.Innermost("li"), top.List - 1);
                Close(_open.Innermost("p"), _open.Top.Button);
                break;
            case "dd" or "dt":
                Close(Math.Max(_open.Innermost("dd"), _open.Innermost("dt")), top.List - 1);
                break;
            case "button":
                Close(_open.Innermost(element), top.Scope);
                break;
            case "a":
                Close(_open.Innermost(element), top.Special);
                break;
            case "table" when top.Table >= 0 && top.Scope == top.Table:
                CloseTo(top.Table);
                break;
            case "caption" or "colgroup" or "col" or "tbody" or "thead" or "tfoot" or "tr" or "td" or "th":
                return top.Table >= 0 && CloseInTable(element, top.Table);
            case var _ when element.Is(ElementTraits.Heading) && top.Element.Is(ElementTraits.Heading):
                CloseTo(_open.Count - 1);
                break;
        }

        return true;
    }

    private readonly bool CloseInTable(HtmlElement element, int table)
    {
        Close(_open.Innermost("caption"), table);
        switch (element.Name)
        {
            case "td" or "th":
                Close(Math.Max(_open.Innermost("td"), _open.Innermost("th")), table);
                break;
            case "tr":
                Close(_open.Innermost("tr"), table);
                Close(Math.Max(_open.Innermost("td"), _open.Innermost("th")), table);
                break;
            default:
                CloseTo(table + 1);
                break;
        }

        return true;
    }

    private readonly void Close(int at, int barrier)
    {
        if (at > barrier && at >= 0)
        {
            CloseTo(at);
        }
    }
}
