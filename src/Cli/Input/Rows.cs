using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Cli.Input;

/// <summary>One line of a file of texts.</summary>
internal interface IRow
{
    /// <summary>What a line looks like, for error messages.</summary>
    static abstract string Example { get; }

    /// <summary>What is wrong with this row, or null.</summary>
    string? Problem();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Sample))]
[JsonSerializable(typeof(GoldText))]
[JsonSerializable(typeof(GoldJob))]
[JsonSerializable(typeof(LibraryRow))]
internal sealed partial class InputJson : JsonSerializerContext;

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

/// <summary>A text whose emotion people have labelled.</summary>
internal sealed record GoldText : IRow
{
    private const int LangLengthMax = 35; // The longest BCP 47 tag one meets in practice.

    public static string Example => """{"text":"…","label":"joy","lang":"ko"}""";

    public string? Text { get; init; }

    /// <summary>One of <see cref="Emotions.All"/>.</summary>
    public string? Label { get; init; }

    /// <summary>Further labels that are as right, where people differ: "I am not happy" is sad or angry. Absent if there are none.</summary>
    public IReadOnlyList<string>? Accept { get; init; }

    /// <summary>Figures are given per value of this.</summary>
    public string? Lang { get; init; }

    /// <summary>What the answer is measured by: itself if it is as right as <see cref="Label"/>.</summary>
    public string GoldFor(string answer) => Accept?.Contains(answer) is true ? answer : Label!;

    public string? Problem() =>
        string.IsNullOrWhiteSpace(Text) ? "has no text"
        : Label is null ? "has no label"
        : Accept?.Prepend(Label).FirstOrDefault(label => !Emotions.All.Contains(label)) is { } other ? Unknown(other)
        : !Emotions.All.Contains(Label) ? Unknown(Label)
        : string.IsNullOrWhiteSpace(Lang) ? "has no lang"
        : Lang.Length > LangLengthMax ? $"has a lang of {Lang.Length} characters, at most {LangLengthMax} are allowed"
        : null;

    private static string Unknown(string label) => $"has label \"{label}\", which is not one of {string.Join(", ", Emotions.All)}";
}

/// <summary>A job whose model writes, and what people expect of the answer.</summary>
internal sealed record GoldJob : IRow
{
    private const int ScoreMax = 10;

    public static string Example => """{"input":{…},"keywords":["…"],"expected":"…","score":7}""";

    /// <summary>What the kind takes.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>Words that a good answer has, in any case; absent where there are none.</summary>
    public IReadOnlyList<string>? Keywords { get; init; }

    /// <summary>A good answer, if there is one.</summary>
    public string? Expected { get; init; }

    /// <summary>A person's score, 0 to 10, for kinds that score; absent if there is none.</summary>
    public int? Score { get; init; }

    public string? Problem() =>
        Input is not { ValueKind: JsonValueKind.Object } ? "has no input that is an object"
        : Keywords?.Any(string.IsNullOrWhiteSpace) is true ? "has an empty keyword"
        : Score is < 0 or > ScoreMax ? $"has score {Score}, which is not 0 to {ScoreMax}"
        : null;
}
