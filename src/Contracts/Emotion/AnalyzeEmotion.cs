using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>Which emotion a text expresses.</summary>
public sealed record AnalyzeEmotion : IJob<AnalyzeEmotion, EmotionResult>, IModelChoice
{
    public static string Kind => "emotion";

    public static JsonTypeInfo<AnalyzeEmotion> Json => AnalyzeEmotionJson.Unescaped.AnalyzeEmotion;

    public static JsonTypeInfo<EmotionResult> ResultJson => AnalyzeEmotionJson.Unescaped.EmotionResult;

    public static JobKind<AnalyzeEmotion, EmotionResult> Descriptor => EmotionKind.Descriptor;

    [Description("Korean or English prose, at most Input:TextLengthMax (20,000) UTF-16 code units, of which nothing is left out: what the model cannot read at once is scored in overlapping pieces.")]
    public required string Text { get; init; }

    [Description("Whether the result has spans: the pieces in which the text was scored. Default false.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Spans { get; init; }

    [Description(IModelChoice.Description)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

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

    [Description("Probability of each label; they sum to 1. Of a text in pieces: their mean, each with the weight of its length.")]
    public required IReadOnlyDictionary<string, double> Scores { get; init; }

    [Description("With spans in the input: the pieces in which the text was scored, in their order; one where the model could read all of it. Else absent.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EmotionSpan>? Spans { get; init; }

    [Description("BCP 47 code of the text's language: ko, en, ja, zh, es, fr, de, it, pt, id, vi, ar, ru, th, or und where it is another or cannot be told.")]
    public required string Language { get; init; }

    [Description("What people should know before they use it: the model was not trained for this language, so confidence and scores are flattened. Absent if there is nothing.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Warning { get; init; }

    [Description("Name of the model that answered.")]
    public required string Model { get; init; }

    [Description("Tells files with one name apart: a short hash of the model's file; absent if a server or the cloud answered.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModelVersion { get; init; }

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

/// <summary>The emotion of a part of a text.</summary>
public sealed record EmotionSpan
{
    [Description("Where it starts in the text, in UTF-16 code units. A piece repeats the last sentence of the one before, where that is short.")]
    [Range(0, int.MaxValue)]
    public required int Start { get; init; }

    [Description("Where it ends: the first code unit behind it.")]
    [Range(1, int.MaxValue)]
    public required int End { get; init; }

    [Description("Its most probable label.")]
    public required string Emotion { get; init; }

    [Description("The probability of that label.")]
    [Range(0.0, 1.0)]
    public required double Confidence { get; init; }
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
