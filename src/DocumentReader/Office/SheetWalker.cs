using System.Globalization;
using DocumentFormat.OpenXml;

namespace Pipeline.DocumentReader.Office;

/// <summary>The rows of one sheet in one pass; cells that have no value are not there.</summary>
internal sealed class SheetWalker(IReadOnlyList<string> shared, DateFormats dates, bool isSince1904, TableRows rows)
{
    private const int ColumnsMax = 16_384;

    private readonly List<(int Column, string Value)> _row = [];
    private readonly RichText _inline = new();
    private int _column;
    private string? _type;
    private string? _value;
    private uint _style;
    private bool _isHidden;

    public void Walk(OpenXmlReader reader)
    {
        while (reader.Read())
        {
            switch (reader.LocalName)
            {
                case "row" when reader.IsStartElement:
                    _row.Clear();
                    _column = 0;
                    _isHidden = Attribute(reader, "hidden") is "1" or "true";
                    break;
                case "c" when reader.IsStartElement:
                    BeginCell(reader);
                    break;
                case "v" when reader.IsStartElement:
                    _value = reader.GetText();
                    break;
                default:
                    _inline.Visit(reader);
                    break;
            }

            if (reader is { LocalName: "c", IsEndElement: true })
            {
                EndCell();
            }
            else if (reader is { LocalName: "row", IsEndElement: true } && !_isHidden)
            {
                rows.Add(_row);
            }
        }
    }

    private void BeginCell(OpenXmlReader reader)
    {
        // A cell without a place stands behind the one before.
        _column = Attribute(reader, "r") is { } place ? ColumnOf(place) : _column + 1;
        _type = Attribute(reader, "t");
        _style = uint.TryParse(Attribute(reader, "s"), CultureInfo.InvariantCulture, out var style) ? style : 0;
        _value = null;
        _inline.Take();
    }

    private void EndCell()
    {
        var value = _type switch
        {
            "s" => int.TryParse(_value, CultureInfo.InvariantCulture, out var place) && place >= 0 && place < shared.Count ? shared[place] : null,
            "inlineStr" => _inline.Take(),
            "b" => _value is "1" or "true" ? "TRUE" : "FALSE",
            "str" or "e" or "d" => _value,
            _ => Number(_value),
        };
        if (!string.IsNullOrWhiteSpace(value) && _column is > 0 and <= ColumnsMax)
        {
            _row.Add((_column, value));
        }
    }

    private string? Number(string? text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return text;
        }

        if (dates.Has(_style) && DateFormats.Text(number, isSince1904) is { } date)
        {
            return date;
        }

        // As it is shown, not as it is stored: 0.1 + 0.2 has seventeen digits in the file.
        return number.ToString("G15", CultureInfo.InvariantCulture);
    }

    private static int ColumnOf(string place)
    {
        var column = 0;
        foreach (var letter in place)
        {
            if (letter is < 'A' or > 'Z' || column > ColumnsMax)
            {
                break;
            }

            column = (column * 26) + letter - 'A' + 1;
        }

        return column;
    }

    private static string? Attribute(OpenXmlReader reader, string name) =>
        reader.Attributes.FirstOrDefault(attribute => attribute.LocalName == name).Value;
}
