using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>Which emotion a text expresses.</summary>
public sealed record AnalyzeEmotion : IJob<AnalyzeEmotion, EmotionResult>
{
    public static string Kind => "emotion";

    public static JsonTypeInfo<AnalyzeEmotion> Json => AnalyzeEmotionJson.Unescaped.AnalyzeEmotion;

    public static JsonTypeInfo<EmotionResult> ResultJson => AnalyzeEmotionJson.Unescaped.EmotionResult;

    public static JobKind<AnalyzeEmotion, EmotionResult> Descriptor => EmotionKind.Descriptor;

    [Description("Korean or English prose, at most Input:TextLengthMax (20,000) UTF-16 code units. It is scored as a whole, never truncated.")]
    public required string Text { get; init; }

    public IEnumerable<InputProblem> Validate(InputLimits limits) => TextRules.Required("text", Text, limits);
}

/// <summary>The emotion of one text, as the model's probability over <see cref="Emotions.All"/>.</summary>
public sealed record EmotionResult : IMeasuredResult
{
    [Description("The most probable label.")]
    public required string Emotion { get; init; }

    [Description("Its probability: of answers given with 0.8, about 80 % are right (see the model card). Always 1 with choice_only, where it means nothing.")]
    [Range(0.0, 1.0)]
    public required double Confidence { get; init; }

    [Description("Probability of each label; they sum to 1.")]
    public required IReadOnlyDictionary<string, double> Scores { get; init; }

    [Description("BCP 47 code of the text's language: ko, en, ja, zh, es, fr, de, it, pt, id, vi, ar, ru, th, or und where it is another or cannot be told.")]
    public required string Language { get; init; }

    [Description("What people should know before they use it: the model was not trained for this language, so confidence and scores are flattened. Absent if there is nothing.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Warning { get; init; }

    [Description("Name of the model that answered.")]
    public required string Model { get; init; }

    [Description("Whether the local engine failed and a cloud provider was asked.")]
    public required bool FallbackAttempted { get; init; }

    [Description("The cloud provider that answered; absent if the local engine did.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FallbackProvider { get; init; }

    [Description("true if a cloud provider or a server only named its choice, without probabilities; else absent.")]
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
