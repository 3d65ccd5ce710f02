using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace Pipeline.Cli.Display;

/// <summary>Text measured in terminal cells: a Korean syllable takes two.</summary>
internal static class DisplayText
{
    private const string Ellipsis = "…";

    /// <summary>Cells that the text takes, as the table counts them, so that cut texts and columns agree.</summary>
    public static int Width(string text) => new Segment(text).CellCount();

    /// <summary>The text on one line and in at most this many cells, with an ellipsis if it was cut.</summary>
    public static string Shorten(string text, int cells)
    {
        var line = OneLine(text);
        if (Width(line) <= cells)
        {
            return line;
        }

        var kept = new StringBuilder();
        var used = Width(Ellipsis);
        var elements = StringInfo.GetTextElementEnumerator(line);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            used += Width(element);
            if (used > cells)
            {
                break;
            }

            kept.Append(element);
        }

        return kept.ToString().TrimEnd() + Ellipsis;
    }

    /// <summary>White space becomes one space, and what could steer a terminal (ESC, bidi marks) nothing.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                if (line.Length > 0 && line[^1] != ' ')
                {
                    line.Append(' ');
                }
            }
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format))
            {
                line.Append(rune.ToString());
            }
        }

        return line.ToString().TrimEnd();
    }
}
