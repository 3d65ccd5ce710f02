using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Core.ActivityReports;

/// <summary>What <see cref="FiguresReader.Page"/> answers: a list of counts in each column, null where there are none.</summary>
internal sealed record FiguresPage
{
    public required int Rows { get; init; }

    /// <summary>The greatest id of the page; null when it is empty.</summary>
    public Guid? Last { get; init; }

    public string? Work { get; init; }

    public string? Queued { get; init; }

    public string? Running { get; init; }

    public string? Emotions { get; init; }

    public string? Scores { get; init; }

    public string? Failures { get; init; }

    public string? Typical { get; init; }

    public static IReadOnlyList<T> List<T>(string? column)
        where T : class =>
        column is null ? [] : (List<T>)JsonSerializer.Deserialize(column, typeof(List<T>), FiguresPageJson.Default)!;
}

/// <param name="Period">The place in the periods of the report.</param>
internal sealed record WorkCount(string Kind, string State, int Period, long Jobs, long Cached, long PromptTokens, long CachedTokens, long CompletionTokens);

internal sealed record StepCount(string Kind, int Period, int Step, long Jobs);

internal sealed record EmotionCount(string Emotion, int Period, long Jobs);

internal sealed record ScoreCount(string Kind, int Score, long Jobs);

internal sealed record FailureCount(string Kind, string Code, long Jobs);

internal sealed record TypicalCandidate(Guid Id, string Emotion, double Confidence);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<WorkCount>))]
[JsonSerializable(typeof(List<StepCount>))]
[JsonSerializable(typeof(List<EmotionCount>))]
[JsonSerializable(typeof(List<ScoreCount>))]
[JsonSerializable(typeof(List<FailureCount>))]
[JsonSerializable(typeof(List<TypicalCandidate>))]
internal sealed partial class FiguresPageJson : JsonSerializerContext;
