using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;

namespace Pipeline.DocumentReader.Office;

/// <summary>Paragraphs of a Word document with the marks of Markdown, then its footnotes and endnotes.</summary>
internal static class WordText
{
    public static void Read(WordprocessingDocument word, BoundedText text)
    {
        if (word.MainDocumentPart is not { } main)
        {
            throw new UnreadableFileException(ReadingEnd.Damaged);
        }

        var headings = Headings(main.StyleDefinitionsPart);
        foreach (OpenXmlPart? part in new OpenXmlPart?[] { main, main.FootnotesPart, main.EndnotesPart })
        {
            if (part is not null)
            {
                using var reader = OpenXmlReader.Create(part);
                new BlockWalker(text, id => headings.GetValueOrDefault(id)).Walk(reader);
            }
        }
    }

    /// <summary>Levels by the ids of styles: those differ from language to language, the names do not.</summary>
    private static Dictionary<string, int> Headings(StyleDefinitionsPart? part)
    {
        Dictionary<string, int> levels = [];
        foreach (var style in part?.Styles?.Elements<Style>() ?? [])
        {
            if (style is { StyleId.Value: { } id, StyleName.Val.Value: { } name })
            {
                levels[id] = Level(name);
            }
        }

        return levels;
    }

    private static int Level(string name) => name.ToLowerInvariant() switch
    {
        "title" => 1,
        ['h', 'e', 'a', 'd', 'i', 'n', 'g', ' ', >= '1' and <= '6' and var level] => level - '0',
        _ => 0,
    };
}
