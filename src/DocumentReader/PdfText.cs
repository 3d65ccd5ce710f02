using UglyToad.PdfPig;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;
using UglyToad.PdfPig.Exceptions;

namespace Pipeline.DocumentReader;

/// <summary>The text of a PDF in the order of its pages.</summary>
internal static class PdfText
{
    /// <summary>Objects within each other; deeper ones are refused before they end the process.</summary>
    private const int DepthMax = 128;

    private static readonly ContentOrderTextExtractor.Options Order = new() { SeparateParagraphsWithDoubleNewline = true };

    /// <summary>Its title, if it has one.</summary>
    public static string? Read(ReadOnlyMemory<byte> file, BoundedText text)
    {
        try
        {
            // A file that only forbids printing or copying has no password to be read.
            using var pdf = PdfDocument.Open(file, new ParsingOptions { UseLenientParsing = true, SkipMissingFonts = true, MaxStackDepth = DepthMax });
            var hasImages = false;
            for (var number = 1; number <= pdf.NumberOfPages; number++)
            {
                var page = pdf.GetPage(number);
                hasImages |= page.NumberOfImages > 0;
                text.Line(Paragraphs(ContentOrderTextExtractor.GetText(page, Order)));
            }

            if (text.IsBlank)
            {
                throw new UnreadableFileException(hasImages ? ReadingEnd.ImageOnly : ReadingEnd.Empty);
            }

            return pdf.Information.Title;
        }
        catch (PdfDocumentEncryptedException)
        {
            throw new UnreadableFileException(ReadingEnd.Encrypted);
        }
    }

    /// <summary>Its lines end where the page does, not where a thought does: within a paragraph they are joined.</summary>
    private static string Paragraphs(string page) => string.Join(
        '\n',
        page.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(paragraph => string.Join(' ', paragraph.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))));
}
