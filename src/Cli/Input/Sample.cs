namespace Pipeline.Cli.Input;

/// <summary>A text to show the pipeline with.</summary>
internal sealed record Sample : IRow
{
    public static string Example => """{"text":"…","lang":"ko"}""";

    public string? Text { get; init; }

    public string? Lang { get; init; }

    /// <summary>The emotion a person would name, if one is clear.</summary>
    public string? Expected { get; init; }

    public string? Problem() => string.IsNullOrWhiteSpace(Text) ? "has no text" : null;
}
