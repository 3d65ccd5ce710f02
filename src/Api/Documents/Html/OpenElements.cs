using System.Runtime.InteropServices;

namespace Pipeline.Api.Documents.Html;

/// <summary>
/// The elements that are open, the innermost last. Whatever an end tag asks is answered without a walk, and each element is
/// removed once, so that a page costs in proportion to its length however its tags are nested.
/// </summary>
internal sealed class OpenElements
{
    /// <summary>Most elements open at once: no page that people read has a hundredth of it.</summary>
    public const int CountMax = 100_000;

    /// <summary>Names of a page's own that are told apart; the rest are one.</summary>
    private const int OwnNamesMax = 1_000;

    private const int OwnNameLengthMax = 64;

    private readonly List<OpenElement> _open = [];
    private readonly List<int> _innermost = [.. Enumerable.Repeat(-1, HtmlElement.KnownCount)];
    private readonly Dictionary<string, HtmlElement> _own = new(StringComparer.OrdinalIgnoreCase);

    public int Count => _open.Count;

    public OpenElement Top => _open.Count > 0 ? _open[^1] : new(HtmlElement.Of("html"), -1, -1, -1, -1, -1, -1, false, false, false);

    public bool IsFull => _open.Count >= CountMax;

    public HtmlElement Find(ReadOnlySpan<char> name)
    {
        if (HtmlElement.Find(name) is { } known)
        {
            return known;
        }

        var lookup = _own.GetAlternateLookup<ReadOnlySpan<char>>();
        var key = name[..Math.Min(name.Length, OwnNameLengthMax)];
        if (lookup.TryGetValue(key, out var own))
        {
            return own;
        }

        if (_own.Count == OwnNamesMax)
        {
            return _own.First().Value;
        }

        own = new(_innermost.Count, key.ToString(), ElementTraits.None);
        _innermost.Add(-1);
        _own.Add(own.Name, own);
        return own;
    }

    /// <summary>Where the innermost open one stands; -1: none is open.</summary>
    public int Innermost(HtmlElement element) => _innermost[element.Id];

    public int Innermost(string name) => Innermost(HtmlElement.Of(name));

    public OpenElement Push(HtmlElement element, bool hides)
    {
        var (around, at) = (Top, _open.Count);
        var isSpecial = element.Is(ElementTraits.Special);
        var isScope = element.Is(ElementTraits.Scope);
        OpenElement opened = new(
            element,
            SameName: _innermost[element.Id],
            Special: isSpecial ? at : around.Special,
            Scope: isScope ? at : around.Scope,
            List: isSpecial && element.Name is not ("address" or "div" or "p") ? at : around.List,
            Button: isScope || element.Name is "button" ? at : around.Button,
            Table: element.Name is "table" ? at : around.Table,
            IsHidden: hides || around.IsHidden || element.Is(ElementTraits.Hidden),
            IsKept: around.IsKept || element.Is(ElementTraits.Preformatted),
            IsForeign: element.Is(ElementTraits.Foreign) || (around.IsForeign && !isScope));
        _innermost[element.Id] = at;
        _open.Add(opened);
        return opened;
    }

    public OpenElement Pop()
    {
        var closed = _open[^1];
        CollectionsMarshal.SetCount(_open, _open.Count - 1);
        _innermost[closed.Element.Id] = closed.SameName;
        return closed;
    }

    /// <summary>Where the element stands that an end tag closes; -1: it closes none.</summary>
    public int Closable(HtmlElement element)
    {
        var (at, top) = (Innermost(element), Top);
        var barrier = element.Name switch
        {
            "table" or "template" => -1,
            "td" or "th" or "tr" or "tbody" or "thead" or "tfoot" or "caption" => top.Table,
            "p" => top.Button,
            _ when element.Is(ElementTraits.Scope) => top.Scope - 1,
            _ when element.Is(ElementTraits.Special) => top.Scope,
            _ => top.Special,
        };
        return at > barrier ? at : -1;
    }
}
