namespace Pipeline.Cli.Input;

/// <summary>A document, or a question that one of them answers, or none.</summary>
internal sealed record LibraryRow : IRow
{
    public static string Example =>
        """{"document":"returns","text":"…","lang":"en"} or {"question":"…","answer":"returns","lang":"en"}""";

    /// <summary>The name by which answers name it.</summary>
    public string? Document { get; init; }

    public string? Title { get; init; }

    /// <summary>What it says; absent where <see cref="File"/> does.</summary>
    public string? Text { get; init; }

    /// <summary>A path below the folder of the option --files.</summary>
    public string? File { get; init; }

    public string? Question { get; init; }

    /// <summary>The document that answers the question; absent where none does.</summary>
    public string? Answer { get; init; }

    /// <summary>Further documents that answer it as well. Absent if there are none.</summary>
    public IReadOnlyList<string>? Accept { get; init; }

    /// <summary>Figures are given per language of the question, and apart where the document has another one.</summary>
    public string? Lang { get; init; }

    /// <summary>Which part of the file it belongs to, such as the one that limits were tuned on; figures are given per part as well.</summary>
    public string? Split { get; init; }

    public string? Problem() =>
        string.IsNullOrWhiteSpace(Lang) ? "has no lang"
        : (Document is null) == (Question is null) ? "needs either document or question"
        : Document is not null && (Text is null) == (File is null) ? "needs either text or file"
        : Document is not null && (string.IsNullOrWhiteSpace(Document) || Text is "" || File is "") ? "has an empty document, text or file"
        : Question is not null && string.IsNullOrWhiteSpace(Question) ? "has an empty question"
        : Accept is { Count: > 0 } && Answer is null ? "has accept without answer"
        : null;

    public bool IsAnsweredBy(string? document) => document is not null && (document == Answer || Accept?.Contains(document) is true);
}
