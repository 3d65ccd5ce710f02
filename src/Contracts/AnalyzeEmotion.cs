using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>Which emotion a text expresses.</summary>
public sealed record AnalyzeEmotion : IJob<AnalyzeEmotion, EmotionResult>
{
    public static string Kind => "emotion";

    public static JsonTypeInfo<AnalyzeEmotion> Json => AnalyzeEmotionJson.Unescaped.AnalyzeEmotion;

    public static JsonTypeInfo<EmotionResult> ResultJson => AnalyzeEmotionJson.Unescaped.EmotionResult;

    /// <summary>Korean or English prose; it is scored whole, never cut.</summary>
    public required string Text { get; init; }

    public IEnumerable<InputProblem> Validate(InputLimits limits) => TextRules.Required("text", Text, limits);
}

/// <summary>The emotion of one text, as the model's probability over <see cref="Emotions.All"/>.</summary>
public sealed record EmotionResult
{
    /// <summary>The most probable label of <see cref="Emotions.All"/>.</summary>
    public required string Emotion { get; init; }

    /// <summary>
    /// Its probability, 0 to 1: of answers given with 0.8, about 80 % are right (see the model card). 1 with
    /// <see cref="ChoiceOnly"/>, and then it says nothing.
    /// </summary>
    public required double Confidence { get; init; }

    /// <summary>Probability of each label; they sum to 1.</summary>
    public required IReadOnlyDictionary<string, double> Scores { get; init; }

    /// <summary>BCP 47 code of the text's language as its script tells: <c>ko</c>, <c>en</c> or <c>und</c>.</summary>
    public required string Language { get; init; }

    /// <summary>Name of the model that answered.</summary>
    public required string Model { get; init; }

    /// <summary>Whether the local engine had failed and a cloud provider was asked.</summary>
    public required bool FallbackAttempted { get; init; }

    /// <summary>The cloud provider that answered; absent where the local engine did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FallbackProvider { get; init; }

    /// <summary>True where a cloud provider or a server only named its choice and gave no probabilities; else absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ChoiceOnly { get; init; }

    public required TokenUsage Usage { get; init; }

    public required JobTimings Timings { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(AnalyzeEmotion))]
[JsonSerializable(typeof(EmotionResult))]
internal sealed partial class AnalyzeEmotionJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static AnalyzeEmotionJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}
