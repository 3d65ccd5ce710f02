using Pipeline.DocumentReader;

namespace Pipeline.Api.Documents;

/// <summary>Formats of documents as clients name them. Stored in documents.format: never rename one.</summary>
internal static class DocumentFormat
{
    public const string Text = "text";
    public const string Markdown = "markdown";
    public const string Html = "html";
    public const string Csv = "csv";

    /// <summary>Those that JSON can carry.</summary>
    public static IReadOnlyList<string> Texts { get; } = [Text, Markdown, Html, Csv];

    /// <summary>Those that only come as files.</summary>
    public static IReadOnlyList<string> Packed { get; } = [FileFormat.Pdf, FileFormat.Word, FileFormat.Slides, FileFormat.Sheets];

    public static bool IsPacked(string? format) => format is not null && Packed.Contains(format);
}
