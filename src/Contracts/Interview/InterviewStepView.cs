using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>A step of an interview without the job around it.</summary>
public sealed record InterviewStepView
{
    [Description("Why, not for the candidate.")]
    public required string Thought { get; init; }

    [Description("FOLLOW_UP, NEW_TOPIC or NEXT_PHASE.")]
    public required string Action { get; init; }

    [Description("What the candidate reads.")]
    public required string Message { get; init; }

    [Description("How good the last answer was, in words; null if there was none.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Evaluation { get; init; }

    [Description("How good it was, 0 to 10; absent if there was none.")]
    [Range(0, 10)]
    public int? Score { get; init; }

    public static InterviewStepView Of(InterviewStepResult result) => new()
    {
        Thought = result.Thought,
        Action = result.Action,
        Message = result.Message,
        Evaluation = result.Evaluation?.Comment,
        Score = result.Evaluation?.Score,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InterviewStepView))]
internal sealed partial class InterviewStepViewJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static InterviewStepViewJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}
