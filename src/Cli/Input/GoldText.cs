using Pipeline.Contracts;

namespace Pipeline.Cli.Input;

/// <summary>A text whose emotion people have labelled.</summary>
internal sealed record GoldText : IRow
{
    private const int LangLengthMax = 35; // The longest BCP 47 tag one meets in practice.

    public static string Example => """{"text":"…","label":"joy","lang":"ko"}""";

    public string? Text { get; init; }

    /// <summary>One of <see cref="Emotions.All"/>.</summary>
    public string? Label { get; init; }

    /// <summary>Figures are given per value of this.</summary>
    public string? Lang { get; init; }

    public string? Problem() =>
        string.IsNullOrWhiteSpace(Text) ? "has no text"
        : Label is null ? "has no label"
        : !Emotions.All.Contains(Label) ? $"has label \"{Label}\", which is not one of {string.Join(", ", Emotions.All)}"
        : string.IsNullOrWhiteSpace(Lang) ? "has no lang"
        : Lang.Length > LangLengthMax ? $"has a lang of {Lang.Length} characters, at most {LangLengthMax} are allowed"
        : null;
}
