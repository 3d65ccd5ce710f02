using System.ComponentModel;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>What each of several texts means, as a vector: texts of similar meaning have a large dot product.</summary>
public sealed record EmbedTexts : IJob<EmbedTexts, EmbeddingResult>
{
    /// <summary>Most texts of one job.</summary>
    public const int TextsMax = 64;

    public static string Kind => "embedding";

    public static JsonTypeInfo<EmbedTexts> Json => EmbedTextsJson.Unescaped.EmbedTexts;

    public static JsonTypeInfo<EmbeddingResult> ResultJson => EmbedTextsJson.Unescaped.EmbeddingResult;

    public static JobKind<EmbedTexts, EmbeddingResult> Descriptor => EmbeddingKind.Descriptor;

    [Description("1 to 64 texts; a text longer than the model's input is embedded in pieces.")]
    public required IReadOnlyList<string> Texts { get; init; }

    [Description("Numbers in each vector, if the model allows fewer than it has (Kinds:Embedding:DimensionsMin).")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Dimensions { get; init; }

    public IEnumerable<InputProblem> Validate(InputLimits limits) =>
        Dimensions is < 1 ? [.. Problems(limits), new("dimensions", $"is {Dimensions}: send 1 or more.")] : Problems(limits);

    private IEnumerable<InputProblem> Problems(InputLimits limits) => Texts.Count switch
    {
        0 => [new("texts", "is empty: send at least one text.")],
        > TextsMax => [new("texts", $"has {Texts.Count} texts; at most {TextsMax} are accepted. Send the others as another job.")],
        _ => Texts.SelectMany((text, index) => TextRules.Required($"texts[{index}]", text, limits)),
    };
}

/// <summary>One vector a text.</summary>
public sealed record EmbeddingResult : IMeasuredResult
{
    [Description("In the order of the texts. Each has length 1, so a dot product is the cosine; null for a text that problems names.")]
    public required IReadOnlyList<float[]?> Embeddings { get; init; }

    [Description("The texts that could not be embedded; absent if all were.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TextProblem>? Problems { get; init; }

    [Description("Numbers in each vector.")]
    public required int Dimensions { get; init; }

    [Description("Name of the model that answered. Vectors of different models cannot be compared.")]
    public required string Model { get; init; }

    [Description("Distinguishes two files of the same name; absent if a server embeds.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModelVersion { get; init; }

    public required TokenUsage Usage { get; init; }

    public required JobTimings Timings { get; init; }
}

/// <param name="Index">Which of the job's texts, from 0.</param>
/// <param name="Message">What is wrong with it, the current value, and what to change.</param>
public sealed record TextProblem(int Index, string Message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(EmbedTexts))]
[JsonSerializable(typeof(EmbeddingResult))]
internal sealed partial class EmbedTextsJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static EmbedTextsJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}
