using System.Text.Json;

namespace Pipeline.Api.Documents.Files;

/// <summary>What a request with a file brought.</summary>
/// <param name="Root">The fields beside it, as a JSON body.</param>
/// <param name="HasFile">Without one the text is among the fields.</param>
internal sealed record Upload(JsonElement Root, FileLabel Label, bool HasFile);

/// <summary>What a sender says of a file; each may be wrong or missing.</summary>
internal sealed record FileLabel(string? Name, string? MediaType, string? Charset, string? Format)
{
    /// <summary>The file's name without its folders and its ending.</summary>
    public string? Title => Name is null ? null : Path.GetFileNameWithoutExtension(Name.Replace('\\', '/')) is { Length: > 0 } title ? title : null;

    /// <summary>Format of a text, as far as it is said.</summary>
    public string? TextFormat => Format ?? OfType(MediaType) ?? OfName(Name);

    private static string? OfType(string? type) => type?.ToLowerInvariant() switch
    {
        "text/html" or "application/xhtml+xml" => DocumentFormat.Html,
        "text/markdown" or "text/x-markdown" => DocumentFormat.Markdown,
        "text/csv" or "text/tab-separated-values" => DocumentFormat.Csv,
        _ => null,
    };

    private static string? OfName(string? name) => Path.GetExtension(name)?.ToLowerInvariant() switch
    {
        ".html" or ".htm" or ".xhtml" => DocumentFormat.Html,
        ".md" or ".markdown" => DocumentFormat.Markdown,
        ".csv" or ".tsv" => DocumentFormat.Csv,
        _ => null,
    };
}
