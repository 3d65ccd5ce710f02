using System.Globalization;
using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace Pipeline.Api.Tests.Documents.Files;

/// <summary>Small PDF files; those that no writer makes are put together here, object by object.</summary>
internal static class MadePdf
{
    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    public static byte[] Of(string? title, params IReadOnlyList<string> pages)
    {
        PdfDocumentBuilder builder = new();
        builder.DocumentInformation.Title = title;
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        foreach (var page in pages)
        {
            var written = builder.AddPage(PageSize.A4);
            foreach (var (line, words) in page.Split('\n', StringSplitOptions.RemoveEmptyEntries).Index())
            {
                written.AddText(words, 12, new PdfPoint(50, 750 - (line * 14)), font);
            }
        }

        return builder.Build();
    }

    public static byte[] OfImage()
    {
        PdfDocumentBuilder builder = new();
        builder.AddPage(PageSize.A4).AddPng(Convert.FromBase64String(Pixel), new PdfRectangle(50, 50, 400, 400));
        return builder.Build();
    }

    /// <summary>Words in a font of which only a table says what its codes mean, as in most Korean files.</summary>
    public static byte[] OfCodes(string words)
    {
        var map = new StringBuilder("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n");
        map.Append(CultureInfo.InvariantCulture, $"{words.Length} beginbfchar\n");
        var codes = new StringBuilder();
        foreach (var (place, character) in words.Index())
        {
            map.Append(CultureInfo.InvariantCulture, $"<{place + 1:X4}> <{(int)character:X4}>\n");
            codes.Append(CultureInfo.InvariantCulture, $"{place + 1:X4}");
        }

        map.Append("endbfchar endcmap CMapName currentdict /CMap defineresource pop end end");
        return OfObjects(
            "",
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
            Stream($"BT /F 12 Tf 50 700 Td <{codes}> Tj ET"),
            "<< /Type /Font /Subtype /Type0 /BaseFont /Batang /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 8 0 R >>",
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Batang /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 7 0 R /DW 1000 >>",
            "<< /Type /FontDescriptor /FontName /Batang /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 >>",
            Stream(map.ToString()));
    }

    /// <summary>No password opens it.</summary>
    public static byte[] OfSecrets() => OfObjects(
        $"/Encrypt 4 0 R /ID [<{new string('0', 32)}> <{new string('0', 32)}>]",
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>",
        $"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -44 /O <{new string('1', 64)}> /U <{new string('2', 64)}> >>");

    /// <summary>Arrays within arrays, where something is looked for.</summary>
    public static byte[] OfDepth(int depth) => OfObjects(
        "",
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        $"<< /Type /Page /Parent 2 0 R /MediaBox {new string('[', depth)}{new string(']', depth)} /Contents 4 0 R >>",
        Stream(new string('[', depth)));

    /// <summary>Pages that have themselves as pages.</summary>
    public static byte[] OfLoop() => OfObjects(
        "", "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>");

    public static byte[] OfObjects(string trailer, params IReadOnlyList<string> objects)
    {
        var file = new StringBuilder("%PDF-1.7\n");
        List<int> places = [];
        foreach (var (place, content) in objects.Index())
        {
            places.Add(file.Length);
            file.Append(CultureInfo.InvariantCulture, $"{place + 1} 0 obj\n{content}\nendobj\n");
        }

        var table = file.Length;
        file.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var place in places)
        {
            file.Append(CultureInfo.InvariantCulture, $"{place:0000000000} 00000 n \n");
        }

        file.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Count + 1} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(file.ToString());
    }

    public static string Stream(string content) => string.Create(CultureInfo.InvariantCulture, $"<< /Length {content.Length} >>\nstream\n{content}\nendstream");
}
