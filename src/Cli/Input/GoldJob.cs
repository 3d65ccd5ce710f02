using System.Text.Json;

namespace Pipeline.Cli.Input;

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
