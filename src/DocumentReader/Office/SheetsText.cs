using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Pipeline.DocumentReader.Office;

/// <summary>The sheets of a workbook in their order, each a heading and a line a row; not those that are hidden.</summary>
internal static class SheetsText
{
    public static void Read(SpreadsheetDocument sheets, BoundedText text)
    {
        if (sheets.WorkbookPart is not { } book)
        {
            throw new UnreadableFileException(ReadingEnd.Damaged);
        }

        var shared = Shared(book.SharedStringTablePart, text.BytesMax);
        DateFormats dates = new(book.WorkbookStylesPart?.Stylesheet);
        var isSince1904 = book.Workbook?.WorkbookProperties?.Date1904?.Value is true;
        foreach (var sheet in book.Workbook?.Sheets?.Elements<Sheet>() ?? [])
        {
            if ((sheet.State is null || sheet.State.Value == SheetStateValues.Visible) && sheet.Id?.Value is { } id && book.GetPartById(id) is WorksheetPart part)
            {
                BoundedText rows = new(text.BytesMax);
                using var reader = OpenXmlReader.Create(part);
                new SheetWalker(shared, dates, isSince1904, new(rows)).Walk(reader);
                if (!rows.IsBlank)
                {
                    text.Line($"# {sheet.Name?.Value}");
                    text.Line(rows.ToString());
                }
            }
        }
    }

    private static List<string> Shared(SharedStringTablePart? part, int bytesMax)
    {
        List<string> strings = [];
        if (part is null)
        {
            return strings;
        }

        // Every string that is shown counts with the text; those that are not shown must not fill the memory either.
        using var reader = OpenXmlReader.Create(part);
        var length = 0L;
        RichText item = new();
        while (reader.Read())
        {
            item.Visit(reader);
            if (reader is { LocalName: "si", IsEndElement: true })
            {
                strings.Add(item.Take());
                length += strings[^1].Length + 1;
                if (length > 4L * bytesMax)
                {
                    throw new UnreadableFileException(ReadingEnd.TooLong);
                }
            }
        }

        return strings;
    }
}
