using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Pipeline.Bench.Jobs.Neighbours;

/// <summary>Documents made to cost more than they are long, and very many of them.</summary>
internal static class DocumentAttacks
{
    private const int Connections = 8;

    // A process is started for each, a hundred times as dear as a page.
    private const int PagesPerFile = 100;

    private static readonly byte[][] _pages =
    [
        Page("<p>" + Repeat(1_500, i => $"<b a{i}>") + Repeat(12_000, _ => "<p>x")),
        Page(Repeat(12_000, _ => "<div>") + "x"),
        Page(Repeat(8_000, _ => "<div>") + "x" + Repeat(8_000, _ => "</div>")),
        Page(Repeat(5_000, _ => "<table><tr><td>a<td>b")),
        Page("<p>" + Repeat(8_000, _ => "<i><u>") + "<button>" + Repeat(8_000, _ => "</p>x")),
        Page(Repeat(6_000, _ => "<!-- - -") + Repeat(6_000, _ => "<a b='")),
        Page(Repeat(5_000, _ => "&CounterClockwise") + Repeat(9_000, i => $"<x{i}>")),
    ];

    private static readonly byte[] _bomb = Bomb(200_000_000);

    /// <summary>Hostile pages as JSON and as files, and every hundredth a bomb of an office file.</summary>
    public static Task PagesAsync(Hostile hostile, CancellationToken cancellationToken)
    {
        int sent = 0;
        return Hostile.RepeatAsync(
            Connections,
            _ => Interlocked.Increment(ref sent) is var n && n % PagesPerFile is 0 ? hostile.PostAsync("/api/documents?filename=a.docx", _bomb, "application/octet-stream", cancellationToken)
                : n % 2 is 0 ? hostile.PostAsync("/api/documents", _pages[n % _pages.Length], "text/html", cancellationToken)
                : hostile.PostAsync("/api/documents", Json(n), cancellationToken),
            cancellationToken);

        static string Json(int n) => JsonSerializer.Serialize(new { text = Encoding.UTF8.GetString(_pages[n % _pages.Length]), format = "html" });
    }

    /// <summary>Documents of 20 KB of words, one after the other over some connections.</summary>
    public static Task DocumentsAsync(Hostile hostile, CancellationToken cancellationToken)
    {
        int sent = 0;
        return Hostile.RepeatAsync(
            Connections,
            _ => hostile.PostAsync("/api/documents", JsonSerializer.Serialize(new { text = $"{Interlocked.Increment(ref sent)} " + Repeat(2_500, i => $"word{i % 977} ") }), cancellationToken),
            cancellationToken);
    }

    private static byte[] Page(string text) => Encoding.UTF8.GetBytes(text);

    private static string Repeat(int count, Func<int, string> piece) => string.Concat(Enumerable.Range(0, count).Select(piece));

    /// <summary>An office file whose text is unpacked to so many bytes.</summary>
    private static byte[] Bomb(int bytes)
    {
        using MemoryStream file = new();
        using (ZipArchive archive = new(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write("[Content_Types].xml", """
                <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>
                """);
            Write("_rels/.rels", """
                <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>
                """);
            using StreamWriter text = new(archive.CreateEntry("word/document.xml", CompressionLevel.Optimal).Open());
            text.Write("""<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>""");
            string paragraph = string.Create(CultureInfo.InvariantCulture, $"<w:p><w:r><w:t>{new string('x', 9_900)}</w:t></w:r></w:p>");
            for (int written = 0; written < bytes; written += paragraph.Length)
            {
                text.Write(paragraph);
            }

            text.Write("</w:body></w:document>");

            void Write(string name, string xml)
            {
                using StreamWriter entry = new(archive.CreateEntry(name).Open());
                entry.Write(xml.Trim());
            }
        }

        return file.ToArray();
    }
}
