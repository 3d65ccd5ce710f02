using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Contracts;

namespace Pipeline.Cli.Evaluation;

/// <summary>A kind whose model writes, and how its results are read.</summary>
/// <param name="Read">Null where the result is not what the contract says.</param>
internal sealed record GeneratedKind(string Name, Func<JsonElement, WrittenAnswer?> Read)
{
    public static IReadOnlyList<GeneratedKind> All { get; } =
    [
        Of(CompleteChat.Kind, CompleteChat.ResultJson, result => result.Content, _ => null),
        Of(GiveFeedback.Kind, GiveFeedback.ResultJson, result => $"{result.Feedback} {result.ImprovementSuggestion}", result => result.Score),
        Of(StepInterview.Kind, StepInterview.ResultJson, result => $"{result.Message} {result.Evaluation?.Comment}", result => result.Evaluation?.Score),
        Of(WriteReport.Kind, WriteReport.ResultJson, Text, result => result.OverallScore / 10.0),
    ];

    private static GeneratedKind Of<T>(string kind, JsonTypeInfo<T> json, Func<T, string> text, Func<T, double?> score)
        where T : GeneratedResult => new(kind, element =>
    {
        try
        {
            return element.Deserialize(json) is { } result
                ? new(text(result), score(result), result.Model, result.Usage.CompletionTokens, TimeSpan.FromMilliseconds(result.Timings.RunningMs))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    });

    private static string Text(ReportResult report) => string.Join(
        ' ', [report.Summary, .. report.Strengths, .. report.Improvements, .. report.Recommendations, .. report.QuestionFeedbacks.Select(item => item.Feedback)]);
}

/// <param name="Score">Out of 10; null for kinds that give none.</param>
internal sealed record WrittenAnswer(string Text, double? Score, string Model, int Tokens, TimeSpan Took);
