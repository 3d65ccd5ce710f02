using System.Text;
using DocumentFormat.OpenXml;

namespace Pipeline.DocumentReader.Office;

/// <summary>
/// Paragraphs and tables as Word and PowerPoint write them, in one pass over the elements of a part: no tree is built of it, however
/// deep it is nested. The names of their elements are the same but for the namespace.
/// </summary>
/// <param name="level">The heading that a style is; 0 for none.</param>
internal sealed class BlockWalker(BoundedText text, Func<string, int> level)
{
    private readonly StringBuilder _paragraph = new();
    private readonly StringBuilder _cell = new();
    private readonly List<(int Column, string Value)> _row = [];
    private TableRows? _rows;
    private int _tables;
    private int _fallbacks;
    private int _level;
    private bool _isItem;
    private bool _isHidden;

    /// <summary>Whether what follows is a title, as the placeholder of a slide says.</summary>
    public bool IsTitle { get; set; }

    public void Walk(OpenXmlReader reader)
    {
        while (reader.Read())
        {
            Visit(reader);
        }
    }

    public void Visit(OpenXmlReader reader)
    {
        // What older programs are to show instead is the same once more.
        if (reader.LocalName is "Fallback")
        {
            _fallbacks += reader.IsStartElement && !reader.IsEndElement ? 1 : reader.IsEndElement && !reader.IsStartElement ? -1 : 0;
        }

        if (_fallbacks > 0)
        {
            return;
        }

        if (reader.IsStartElement)
        {
            Start(reader);
        }

        if (reader.IsEndElement)
        {
            End(reader.LocalName);
        }
    }

    private void Start(OpenXmlReader reader)
    {
        switch (reader.LocalName)
        {
            case "p":
                (_level, _isItem) = (0, false);
                break;
            case "pStyle":
                _level = level(Value(reader) ?? "");
                break;
            case "outlineLvl" when int.TryParse(Value(reader), out var outline) && outline is >= 0 and < 6:
                _level = outline + 1;
                break;
            case "numPr" or "buChar" or "buAutoNum":
                _isItem = true;
                break;
            case "r":
                _isHidden = false;
                break;
            case "vanish":
                _isHidden = Value(reader) is not ("0" or "false" or "off");
                break;
            case "t" when !_isHidden:
                _paragraph.Append(reader.GetText());
                Bound();
                break;
            case "tab":
                _paragraph.Append(' ');
                break;
            case "br" or "cr":
                _paragraph.Append('\n');
                break;
            case "tbl":
                if (_tables++ is 0)
                {
                    _rows = new(text);
                }

                break;
        }
    }

    private void End(string name)
    {
        switch (name)
        {
            case "p":
                EndParagraph();
                break;
            case "tc" when _tables is 1:
                _row.Add((_row.Count, _cell.ToString()));
                _cell.Clear();
                break;
            case "tr" when _tables is 1:
                _rows!.Add(_row);
                _row.Clear();
                break;
            case "tbl" when _tables > 0:
                _tables--;
                break;
        }
    }

    /// <summary>A table within a table is part of the cell that it stands in.</summary>
    private void EndParagraph()
    {
        var words = _paragraph.ToString().Trim();
        _paragraph.Clear();
        if (words.Length is 0)
        {
            return;
        }

        if (_tables > 0)
        {
            _cell.Append(_cell.Length > 0 ? " " : "").Append(words);
            return;
        }

        text.Line((IsTitle ? "# " : _level > 0 ? $"{new string('#', _level)} " : _isItem ? "- " : "") + words);
    }

    /// <summary>One paragraph, or one cell, without end is too long before it ends.</summary>
    private void Bound()
    {
        if (_paragraph.Length + _cell.Length > text.BytesMax)
        {
            throw new UnreadableFileException(ReadingEnd.TooLong);
        }
    }

    private static string? Value(OpenXmlReader reader) => reader.Attributes.FirstOrDefault(attribute => attribute.LocalName is "val").Value;
}
