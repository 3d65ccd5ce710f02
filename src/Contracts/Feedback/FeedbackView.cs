using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>Feedback without the job around it.</summary>
public sealed record FeedbackView
{
    public required string Feedback { get; init; }

    [Range(0, 10)]
    public required int Score { get; init; }

    [Description("Whether the score reaches Kinds:Feedback:PassMark.")]
    public required bool IsPassed { get; init; }

    public required string ImprovementSuggestion { get; init; }

    public static FeedbackView Of(FeedbackResult result) => new()
    {
        Feedback = result.Feedback,
        Score = result.Score,
        IsPassed = result.IsPassed,
        ImprovementSuggestion = result.ImprovementSuggestion,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FeedbackView))]
internal sealed partial class FeedbackViewJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static FeedbackViewJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}
