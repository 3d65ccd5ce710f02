using System.Collections.Frozen;

namespace Pipeline.Api.Documents.Html;

/// <summary>A kind of element. All names that are not known here share their traits: none.</summary>
internal sealed record HtmlElement(int Id, string Name, ElementTraits Traits)
{
    private static readonly FrozenDictionary<string, HtmlElement> Known = Describe();

    private static readonly FrozenDictionary<string, HtmlElement>.AlternateLookup<ReadOnlySpan<char>> ByName =
        Known.GetAlternateLookup<ReadOnlySpan<char>>();

    public static int KnownCount => Known.Count;

    /// <summary>Null for a name that is not known.</summary>
    public static HtmlElement? Find(ReadOnlySpan<char> name) => ByName.TryGetValue(name, out var element) ? element : null;

    public static HtmlElement Of(string name) => Known[name];

    public bool Is(ElementTraits trait) => (Traits & trait) != 0;

    private static FrozenDictionary<string, HtmlElement> Describe()
    {
        const string headings = "h1 h2 h3 h4 h5 h6";
        Dictionary<string, ElementTraits> traits = new(StringComparer.OrdinalIgnoreCase);
        Add(ElementTraits.Void, "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr");
        Add(ElementTraits.Hidden, "script style noscript template iframe svg math nav select title noembed noframes datalist");
        Add(ElementTraits.Block, $"""
            address article aside blockquote br caption center dd details dialog dir div dl dt fieldset figcaption figure footer form {headings} header
            hgroup hr legend li listing main menu nav ol p plaintext pre search section summary table td th tr ul xmp
            """);
        Add(ElementTraits.Apart, "button input textarea");
        Add(ElementTraits.Preformatted, "pre listing xmp plaintext textarea");
        Add(ElementTraits.Raw, "script style iframe noembed noframes xmp title textarea plaintext");
        Add(ElementTraits.Special, $"""
            address applet article aside blockquote button caption center colgroup dd desc details dialog dir div dl dt fieldset figcaption figure footer
            foreignobject form {headings} header hgroup iframe li listing main marquee math menu nav noembed noframes noscript object ol p plaintext pre
            script search section select style summary svg table tbody td template textarea tfoot th thead title tr ul xmp
            """);
        Add(ElementTraits.Scope, "applet caption table td th marquee object template foreignobject desc");
        Add(ElementTraits.EndsParagraph, $"""
            address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form {headings} header hgroup hr
            li listing main menu nav ol p plaintext pre search section summary table ul xmp
            """);
        Add(ElementTraits.Heading, headings);
        Add(ElementTraits.Foreign, "svg math");
        Add(ElementTraits.EndsForeign, $"""
            b big blockquote br center code dd div dl dt em embed {headings} hr i img li listing menu meta nobr ol p pre ruby s small span strike strong
            sub sup table tt u ul var
            """);
        Add(ElementTraits.Structure, $"blockquote dd dl dt {headings} li ol pre table ul");
        Add(ElementTraits.None, "a html head body frameset option optgroup");
        return traits.Select((pair, id) => new HtmlElement(id, pair.Key, pair.Value)).ToFrozenDictionary(element => element.Name, StringComparer.OrdinalIgnoreCase);

        void Add(ElementTraits trait, string names)
        {
            foreach (var name in names.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                traits[name] = traits.GetValueOrDefault(name) | trait;
            }
        }
    }
}
