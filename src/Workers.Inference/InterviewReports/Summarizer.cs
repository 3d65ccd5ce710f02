using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Inference;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.InterviewReports;

/// <summary>
/// The reduce of a report: sums up all findings at once where the model's context holds them, and else halves of them first.
/// Nothing is cut: what cannot be made to fit is a failure.
/// </summary>
internal sealed class Summarizer(TextModel model, InterviewReportOptions options)
{
    /// <exception cref="PromptTooLongException">A single finding, or the summaries of two, do not fit the context.</exception>
    /// <exception cref="AnswerTruncatedException">The same, for the answer's limit.</exception>
    public async Task<Summed> SumAsync(InterviewReport job, IReadOnlyList<string> findings, JobContext context, CancellationToken cancellationToken)
    {
        try
        {
            var (fields, answer) = await model.FillAsync(
                InterviewReport.Sum(job.SummaryPrompt!, string.Join('\n', findings)),
                SummaryFields.Schema,
                SummaryFields.Json,
                options,
                context,
                cancellationToken);
            return new(fields, [answer]);
        }
        catch (InferenceException e) when (e is PromptTooLongException or AnswerTruncatedException && findings.Count > 2)
        {
            var half = findings.Count / 2;
            var parts = await Task.WhenAll(
                SumAsync(job, [.. findings.Take(half)], context, cancellationToken),
                SumAsync(job, [.. findings.Skip(half)], context, cancellationToken));
            var whole = await SumAsync(job, [.. parts.Select(part => Finding(part.Fields))], context, cancellationToken);
            return whole with { Answers = [.. parts.SelectMany(part => part.Answers), .. whole.Answers] };
        }
    }

    public static string Finding(int number, QuestionFeedback item) =>
        $"{number}. {item.Score}/{AnswerSchema.ScoreMax} {item.AnswerSummary} {item.Feedback}";

    private static string Finding(SummaryFields part) =>
        $"- {part.Summary} + {string.Join("; ", part.Strengths)} - {string.Join("; ", part.Improvements)} > {string.Join("; ", part.Recommendations)}";
}

/// <param name="Answers">Of every request that it took.</param>
internal sealed record Summed(SummaryFields Fields, IReadOnlyList<ModelAnswer> Answers);
