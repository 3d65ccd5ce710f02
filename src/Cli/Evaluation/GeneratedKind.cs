using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Contracts;

namespace Pipeline.Cli.Evaluation;

/// <summary>A kind whose answers have no label, and how its results are read: those whose model writes, and embeddings, which have no text.</summary>
/// <param name="Read">Null where the result is not what the contract says.</param>
internal sealed record GeneratedKind(string Name, Func<JsonElement, WrittenAnswer?> Read)
{
    private const int ScoreMax = 10;
    private const double LengthTolerance = 1e-3;

    public static IReadOnlyList<GeneratedKind> All { get; } =
    [
        Of(CompleteChat.Kind, CompleteChat.ResultJson, _ => true, result => result.Content, _ => null),
        Of(GiveFeedback.Kind, GiveFeedback.ResultJson, result => IsScore(result.Score), result => $"{result.Feedback} {result.ImprovementSuggestion}", result => result.Score),
        Of(
            StepInterview.Kind,
            StepInterview.ResultJson,
            result => InterviewActions.All.Contains(result.Action) && IsScore(result.Evaluation?.Score ?? 0),
            result => $"{result.Message} {result.Evaluation?.Comment}",
            result => result.Evaluation?.Score),
        Of(
            InterviewReport.Kind,
            InterviewReport.ResultJson,
            result => IsScore(result.OverallScore / (double)ScoreMax) && result.QuestionFeedbacks.All(item => IsScore(item.Score)),
            Text,
            result => result.OverallScore / (double)ScoreMax),
        new(EmbedTexts.Kind, Reading(EmbedTexts.ResultJson, result => result.Embeddings.All(vector => IsUnit(vector, result.Dimensions))
            ? new("", null, result.Model, result.Usage.PromptTokens, TimeSpan.FromMilliseconds(result.Timings.RunningMs))
            : null)),
    ];

    private static GeneratedKind Of<T>(string kind, JsonTypeInfo<T> json, Func<T, bool> isValid, Func<T, string> text, Func<T, double?> score)
        where T : GeneratedResult => new(kind, Reading(json, result => isValid(result)
            ? new(text(result), score(result), result.Model, result.Usage.CompletionTokens, TimeSpan.FromMilliseconds(result.Timings.RunningMs))
            : null));

    private static Func<JsonElement, WrittenAnswer?> Reading<T>(JsonTypeInfo<T> json, Func<T, WrittenAnswer?> read)
        where T : class => element =>
    {
        try
        {
            return element.Deserialize(json) is { } result ? read(result) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    };

    private static bool IsScore(double score) => score is >= 0 and <= ScoreMax;

    private static bool IsUnit(float[] vector, int dimensions) =>
        vector.Length == dimensions && Math.Abs(vector.Sum(number => (double)number * number) - 1) < LengthTolerance;

    private static string Text(InterviewReportResult report) => string.Join(
        ' ', [report.Summary, .. report.Strengths, .. report.Improvements, .. report.Recommendations, .. report.QuestionFeedbacks.Select(item => item.Feedback)]);
}

/// <param name="Score">Out of 10; null for kinds that give none.</param>
/// <param name="Tokens">That the model wrote; of embeddings, that it read.</param>
internal sealed record WrittenAnswer(string Text, double? Score, string Model, int Tokens, TimeSpan Took);
