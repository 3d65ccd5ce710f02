namespace Pipeline.Api.Documents.Html;

/// <summary>What an element does to the text, and to the elements around it where tags are left out.</summary>
[Flags]
internal enum ElementTraits
{
    None = 0,

    /// <summary>Has no content and no end tag.</summary>
    Void = 1 << 0,

    /// <summary>Nobody reads what is in it.</summary>
    Hidden = 1 << 1,

    /// <summary>Begins and ends a line.</summary>
    Block = 1 << 2,

    /// <summary>Stands apart from the words around it.</summary>
    Apart = 1 << 3,

    /// <summary>Keeps its line breaks and indents.</summary>
    Preformatted = 1 << 4,

    /// <summary>Its content has no tags, up to its end tag.</summary>
    Raw = 1 << 5,

    /// <summary>Is passed by no end tag of a small element: what the specification calls special.</summary>
    Special = 1 << 6,

    /// <summary>Is passed by no end tag at all but those of tables.</summary>
    Scope = 1 << 7,

    /// <summary>Ends an open paragraph.</summary>
    EndsParagraph = 1 << 8,

    Heading = 1 << 9,

    /// <summary>Of a vocabulary of its own, in which tags close themselves.</summary>
    Foreign = 1 << 10,

    /// <summary>Ends a foreign element that was left open.</summary>
    EndsForeign = 1 << 11,

    /// <summary>Makes more of a table's cell than a value.</summary>
    Structure = 1 << 12,
}
