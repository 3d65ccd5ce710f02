using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>How the model goes on with an interview.</summary>
public sealed record InterviewFields : IAnswerFields
{
    public static JsonTypeInfo<InterviewFields> Json => InterviewFieldsJson.Default.InterviewFields;

    public required string Thought { get; init; }

    /// <summary>Null where no answer was to be judged.</summary>
    public int? Score { get; init; }

    public string? Comment { get; init; }

    public required string Action { get; init; }

    public required string Message { get; init; }

    [JsonIgnore]
    public bool IsValid => Score is null or (>= 0 and <= AnswerSchema.ScoreMax) && Score is null == Comment is null && InterviewActions.All.Contains(Action);

    // The thought before the decision, and the decision before the words.
    public static JsonObject Schema(AnswerSchema schema, bool judges) => AnswerSchema.Form(
    [
        ("thought", schema.Text()),
        .. judges ? [("score", AnswerSchema.Score()), ("comment", schema.Text())] : Array.Empty<(string, JsonObject)>(),
        ("action", AnswerSchema.OneOf(InterviewActions.All)),
        ("message", schema.Text()),
    ]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(InterviewFields))]
internal sealed partial class InterviewFieldsJson : JsonSerializerContext;
