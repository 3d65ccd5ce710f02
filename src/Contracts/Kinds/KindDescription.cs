using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>What a server says of a kind, to programs that do not have its contract: the command line, a form to try it out.</summary>
[Description("A kind of job.")]
public sealed record KindDescription
{
    public required string Kind { get; init; }

    [Description("What people call it, by language.")]
    public required IReadOnlyDictionary<string, string> Title { get; init; }

    public required string Summary { get; init; }

    [Description("The path whose body is the input; absent if another path takes it.")]
    public string? Path { get; init; }

    [Description("The interactive queue, then the bulk one.")]
    public required IReadOnlyList<string> Queues { get; init; }

    [Description("Whether \"stream\": true is taken.")]
    public required bool Streamed { get; init; }

    [Description("Whether its prompt may come from templates of /api/prompts.")]
    public required bool Prompted { get; init; }

    [Description("The labels it chooses from; absent for kinds that do not classify.")]
    public IReadOnlyList<string>? Labels { get; init; }

    [Description("The score in its results; absent for kinds that give none.")]
    public ScoreScale? Score { get; init; }

    [Description("What ./run eval compares; absent if there is nothing.")]
    public AnswerMeasure? Measure { get; init; }

    [Description("A body that the path accepts, to begin with.")]
    public required JsonElement Sample { get; init; }

    [Description("JSON schema of the input.")]
    public required JsonElement InputSchema { get; init; }

    [Description("JSON schema of the result.")]
    public required JsonElement ResultSchema { get; init; }

    public static KindDescription Of(JobKind kind) => new()
    {
        Kind = kind.Name,
        Title = new Dictionary<string, string> { [TextLanguage.English] = kind.Title.English, [TextLanguage.Korean] = kind.Title.Korean },
        Summary = kind.Summary,
        Path = kind.Route is { } route ? $"/api{route}" : null,
        Queues = kind.Queues,
        Streamed = kind.IsStreamed,
        Prompted = kind.IsPrompted,
        Labels = kind.Labels is [] ? null : [.. kind.Labels.Select(label => label.Name)],
        Score = kind.Score,
        Measure = kind.Measure,
        Sample = JsonElement.Parse(kind.Examples[0].Json),
        InputSchema = KindSchema.Of(kind.InputJson),
        ResultSchema = KindSchema.Of(kind.ResultJson),
    };
}

/// <summary>Every kind that a server knows.</summary>
public sealed record KindList(IReadOnlyList<KindDescription> Kinds);

/// <summary>How they travel. Unknown fields are skipped, so that an older program can read a newer server.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KindList))]
public sealed partial class KindJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static KindJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}
