using System.IO.Compression;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Presentation;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Wordprocessing;
using A = DocumentFormat.OpenXml.Drawing;
using W = DocumentFormat.OpenXml.Wordprocessing;

namespace Pipeline.Api.Tests.Documents.Files;

/// <summary>Small files of Office, written by its own library.</summary>
internal static class MadeOffice
{
    public static byte[] Word(string? title, params IReadOnlyList<OpenXmlElement> blocks)
    {
        using MemoryStream file = new();
        using (var word = WordprocessingDocument.Create(file, WordprocessingDocumentType.Document))
        {
            word.PackageProperties.Title = title;
            var main = word.AddMainDocumentPart();
            main.AddNewPart<StyleDefinitionsPart>().Styles = new(
                new W.Style { StyleId = "2", Type = StyleValues.Paragraph, StyleName = new() { Val = "heading 2" } });
            main.Document = new(new W.Body(blocks.Select(block => block.CloneNode(true))));
        }

        return file.ToArray();
    }

    public static Paragraph Heading(string words) => new(new ParagraphProperties(new ParagraphStyleId { Val = "2" }), new W.Run(new W.Text(words)));

    public static Paragraph Item(string words) => new(
        new ParagraphProperties(new NumberingProperties(new NumberingLevelReference { Val = 0 }, new NumberingId { Val = 1 })), new W.Run(new W.Text(words)));

    public static Paragraph Words(params IReadOnlyList<string> runs) => new(runs.Select(run => new W.Run(new W.Text(run) { Space = SpaceProcessingModeValues.Preserve })));

    public static Paragraph Hidden(string words) => new(new W.Run(new W.RunProperties(new Vanish()), new W.Text(words)));

    public static W.Table Table(params IReadOnlyList<string[]> rows) => new(
        rows.Select(row => new TableRow(row.Select(cell => new TableCell(Words(cell))))));

    public static byte[] Sheets(params IReadOnlyList<(string Name, string Xml)> sheets)
    {
        using MemoryStream file = new();
        using (var book = SpreadsheetDocument.Create(file, SpreadsheetDocumentType.Workbook))
        {
            var part = book.AddWorkbookPart();
            part.Workbook = new Workbook(new Sheets());
            part.AddNewPart<WorkbookStylesPart>().Stylesheet = new(
                new CellFormats(new CellFormat { NumberFormatId = 0U }, new CellFormat { NumberFormatId = 14U }));
            part.AddNewPart<SharedStringTablePart>().SharedStringTable = new(
                new SharedStringItem(new DocumentFormat.OpenXml.Spreadsheet.Text("품목")),
                new SharedStringItem(
                    new DocumentFormat.OpenXml.Spreadsheet.Run(new DocumentFormat.OpenXml.Spreadsheet.Text("가")),
                    new DocumentFormat.OpenXml.Spreadsheet.Run(new DocumentFormat.OpenXml.Spreadsheet.Text("격"))));
            foreach (var (place, (name, xml)) in sheets.Index())
            {
                var sheet = part.AddNewPart<WorksheetPart>();
                using (StreamWriter writer = new(sheet.GetStream(FileMode.Create)))
                {
                    writer.Write($"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{xml}</sheetData></worksheet>""");
                }

                part.Workbook.Sheets!.Append(new Sheet { Id = part.GetIdOfPart(sheet), SheetId = (uint)place + 1, Name = name });
            }
        }

        return file.ToArray();
    }

    /// <summary>Slides of a title and of words.</summary>
    public static byte[] Slides(params IReadOnlyList<(string Title, string Words, bool IsHidden)> slides)
    {
        using MemoryStream file = new();
        using (var presentation = PresentationDocument.Create(file, PresentationDocumentType.Presentation))
        {
            var part = presentation.AddPresentationPart();
            part.Presentation = new(new SlideIdList());
            foreach (var (place, (title, words, isHidden)) in slides.Index())
            {
                var slide = part.AddNewPart<SlidePart>();
                slide.Slide = new(new CommonSlideData(new ShapeTree(Shape(title, PlaceholderValues.Title), Shape(words, null), Shape("7", PlaceholderValues.SlideNumber))))
                {
                    Show = isHidden ? false : null,
                };
                part.Presentation.SlideIdList!.Append(new SlideId { Id = (uint)place + 256, RelationshipId = part.GetIdOfPart(slide) });
            }
        }

        return file.ToArray();
    }

    /// <summary>An archive with one large entry of the same letter; its folder says what it is.</summary>
    public static byte[] Bomb(string entry, long bytes) => Archive(entry, part =>
    {
        part.Write("""<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>"""u8);
        var chunk = Encoding.ASCII.GetBytes(new string('a', 65_536));
        for (var written = 0L; written < bytes; written += chunk.Length)
        {
            part.Write(chunk);
        }

        part.Write("</w:t></w:r></w:p></w:body></w:document>"u8);
    });

    /// <summary>A Word document with this in its body, well-formed or not.</summary>
    public static byte[] WordOfXml(string xml) => Archive("word/document.xml", part => part.Write(Encoding.UTF8.GetBytes(
        $"""<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{xml}</w:body></w:document>""")));

    private static byte[] Archive(string entry, Action<Stream> write)
    {
        using MemoryStream file = new();
        using (ZipArchive archive = new(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using (var types = archive.CreateEntry("[Content_Types].xml").Open())
            {
                types.Write("""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"""u8);
            }

            using (var relations = archive.CreateEntry("_rels/.rels").Open())
            {
                relations.Write(Encoding.UTF8.GetBytes($"""<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="/{entry}"/></Relationships>"""));
            }

            using var part = archive.CreateEntry(entry, CompressionLevel.Fastest).Open();
            write(part);
        }

        return file.ToArray();
    }

    /// <summary>The same, stating that its entries are of one byte.</summary>
    public static byte[] LyingBomb(long bytes)
    {
        var file = Bomb("word/document.xml", bytes);
        for (var at = 0; at < file.Length - 46; at++)
        {
            // The sizes stand in the directory at the end.
            if (file.AsSpan(at).StartsWith("PK\u0001\u0002"u8))
            {
                BitConverter.TryWriteBytes(file.AsSpan(at + 24), 500);
            }
        }

        return file;
    }

    /// <summary>What a newer file with a password looks like from outside.</summary>
    public static byte[] Encrypted() => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[70_000], .. Encoding.Unicode.GetBytes("EncryptedPackage"), .. new byte[900]];

    /// <summary>A file of before 2007.</summary>
    public static byte[] Old() => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[4_000]];

    private static DocumentFormat.OpenXml.Presentation.Shape Shape(string words, PlaceholderValues? kind) => new(
        new DocumentFormat.OpenXml.Presentation.NonVisualShapeProperties(
            new DocumentFormat.OpenXml.Presentation.NonVisualDrawingProperties { Id = 1U, Name = "x" },
            new DocumentFormat.OpenXml.Presentation.NonVisualShapeDrawingProperties(),
            kind is null ? new ApplicationNonVisualDrawingProperties() : new ApplicationNonVisualDrawingProperties(new PlaceholderShape { Type = kind.Value })),
        new DocumentFormat.OpenXml.Presentation.ShapeProperties(),
        new DocumentFormat.OpenXml.Presentation.TextBody(new A.BodyProperties(), new A.Paragraph(new A.Run(new A.Text(words)))));
}
