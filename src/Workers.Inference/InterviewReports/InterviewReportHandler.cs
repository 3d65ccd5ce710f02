using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.InterviewReports;

/// <summary>Writes a report: from items by map and reduce, or from the client's own prompt at once.</summary>
internal sealed class InterviewReportHandler(TextModel model, IJobSteps steps, IOptions<InterviewReportOptions> options, TimeProvider time) : IJobHandler<InterviewReport, InterviewReportResult>
{
    private const int PerCent = 10;

    public async Task<JobOutcome> HandleAsync(InterviewReport job, JobContext context, CancellationToken cancellationToken)
    {
        try
        {
            var work = job.Items is null ? WriteAsync(job, context, cancellationToken) : MapAndReduceAsync(job, context, cancellationToken);
            return await work.OrRejectedAsync(options.Value);
        }
        catch (UnfitItemException e)
        {
            return new JobOutcome.Rejected(e.Message);
        }
    }

    private async Task<JobOutcome> MapAndReduceAsync(InterviewReport job, JobContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        if (await new ItemJudge(model, steps, options.Value, time).JudgeAsync(job, context, cancellationToken) is not { } judged)
        {
            return new JobOutcome.Continue();
        }

        var feedbacks = judged.Zip(job.Items!, (item, exchange) => item.Of(exchange)).ToArray();
        var findings = feedbacks.Select((item, index) => Summarizer.Finding(index + 1, item)).ToArray();
        var (fields, answers) = await new Summarizer(model, options.Value).SumAsync(job, findings, context, cancellationToken);
        var score = (int)Math.Round(PerCent * feedbacks.Average(item => item.Score), MidpointRounding.AwayFromZero);
        return Success(job, fields, score, feedbacks, [.. judged.Select(item => item.Answer), .. answers], context, started);
    }

    private async Task<JobOutcome> WriteAsync(InterviewReport job, JobContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (fields, answer) = await model.FillAsync(
            job.Messages!, ReportFields.Schema, ReportFields.Json, options.Value, context, cancellationToken);
        return Success(job, fields, fields.OverallScore, fields.QuestionFeedbacks, [answer], context, started);
    }

    private JobOutcome Success(
        InterviewReport job,
        SummaryFields fields,
        int score,
        IReadOnlyList<QuestionFeedback> feedbacks,
        IReadOnlyList<ModelAnswer> answers,
        JobContext context,
        long started) =>
        GeneratedOutcome.Of(
            new InterviewReportResult
            {
                Title = job.Title,
                Language = job.Language!,
                Summary = fields.Summary,
                Strengths = fields.Strengths,
                Improvements = fields.Improvements,
                Recommendations = fields.Recommendations,
                OverallScore = score,
                QuestionFeedbacks = feedbacks,
                Prompt = job.SummaryPrompt is { } prompt ? PromptSource.Of(prompt) : null,
                QuestionPrompt = job.QuestionPrompt is { } question ? PromptSource.Of(question) : null,
                Model = answers[^1].Model,
                ModelVersion = answers[^1].ModelVersion,
                Warnings = [.. answers.SelectMany(answer => answer.Warnings).Distinct()],
                FallbackProvider = answers.Select(answer => answer.FallbackProvider).FirstOrDefault(provider => provider is not null),
                Usage = new(
                    answers.Sum(answer => answer.Usage.PromptTokens),
                    answers.Sum(answer => answer.Usage.CachedTokens),
                    answers.Sum(answer => answer.Usage.CompletionTokens)),
                Timings = context.Timings(time.GetElapsedTime(started)),
            },
            InterviewReport.ResultJson,
            // Steps of earlier attempts may be another model's.
            context.Attempt is 1 ? options.Value.Temperature : null);
}
