namespace Pipeline.Api.Documents;

/// <summary>Formats of documents as clients name them. Stored in documents.format: never rename one.</summary>
internal static class DocumentFormat
{
    public const string Text = "text";
    public const string Markdown = "markdown";
    public const string Html = "html";

    public static IReadOnlyList<string> All { get; } = [Text, Markdown, Html];
}
