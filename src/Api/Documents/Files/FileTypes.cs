namespace Pipeline.Api.Documents.Files;

/// <summary>Media types of files. What a file is its first bytes say; the type only helps where they do not.</summary>
internal static class FileTypes
{
    public const string Remedy =
        "Send JSON (application/json), a form (multipart/form-data), or a file as application/pdf, one of the types of docx, pptx and xlsx, text/html, text/markdown, text/csv, text/plain, or application/octet-stream.";

    public const string Pdf = "application/pdf";

    private const string Office = "application/vnd.openxmlformats-officedocument.";

    public static bool Takes(string type) =>
        type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || type.StartsWith(Office, StringComparison.OrdinalIgnoreCase)
        || type.ToLowerInvariant() is Pdf or "application/octet-stream" or "application/xhtml+xml" or "application/msword" or "application/vnd.ms-excel" or "application/vnd.ms-powerpoint";
}
