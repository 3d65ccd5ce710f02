using System.IO.Compression;
using DocumentFormat.OpenXml.Packaging;

namespace Pipeline.DocumentReader.Office;

/// <summary>Files of Office since 2007: archives of XML.</summary>
internal static class OfficeText
{
    private const int EntriesMax = 10_000;

    /// <summary>What was read, and its title, if it has one.</summary>
    public static (string Format, string? Title) Read(Stream file, long unpackedBytesMax, BoundedText text)
    {
        var kind = Check(file, unpackedBytesMax);
        file.Position = 0;

        // Also while a part is unpacked, whatever the archive says of its size.
        OpenSettings settings = new() { MaxCharactersInPart = unpackedBytesMax };
        using OpenXmlPackage package = kind switch
        {
            FileFormat.Word => WordprocessingDocument.Open(file, isEditable: false, settings),
            FileFormat.Slides => PresentationDocument.Open(file, isEditable: false, settings),
            _ => SpreadsheetDocument.Open(file, isEditable: false, settings),
        };
        switch (package)
        {
            case WordprocessingDocument word:
                WordText.Read(word, text);
                break;
            case PresentationDocument slides:
                SlidesText.Read(slides, text);
                break;
            case SpreadsheetDocument sheets:
                SheetsText.Read(sheets, text);
                break;
        }

        var title = package.PackageProperties.Title;
        return text.IsBlank
            ? throw new UnreadableFileException(HasImages(package) ? ReadingEnd.ImageOnly : ReadingEnd.Empty)
            : (kind, string.IsNullOrWhiteSpace(title) ? null : title);
    }

    /// <summary>The sizes that the archive states: more than that is never unpacked of an entry.</summary>
    private static string Check(Stream file, long unpackedBytesMax)
    {
        using ZipArchive archive = new(file, ZipArchiveMode.Read, leaveOpen: true);
        if (archive.Entries.Count > EntriesMax)
        {
            throw new UnreadableFileException(ReadingEnd.TooLarge);
        }

        var bytes = 0L;
        string? kind = null;
        foreach (var entry in archive.Entries)
        {
            bytes += entry.Length;
            if (entry.IsEncrypted)
            {
                throw new UnreadableFileException(ReadingEnd.Encrypted);
            }

            if (bytes > unpackedBytesMax)
            {
                throw new UnreadableFileException(ReadingEnd.TooLarge);
            }

            kind ??= entry.FullName.Split('/', '\\')[0] switch
            {
                "word" => FileFormat.Word,
                "ppt" => FileFormat.Slides,
                "xl" => FileFormat.Sheets,
                _ => null,
            };
        }

        return kind ?? throw new UnreadableFileException(ReadingEnd.Unsupported);
    }

    private static bool HasImages(OpenXmlPackage package) => package.GetAllParts().OfType<ImagePart>().Any();
}
