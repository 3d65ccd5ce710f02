using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Feedback;

/// <summary>Judges one answer.</summary>
internal sealed class FeedbackHandler(TextModel model, IOptions<FeedbackOptions> options, TimeProvider time) : IJobHandler<GiveFeedback, FeedbackResult>
{
    public Task<JobOutcome> HandleAsync(GiveFeedback job, JobContext context, CancellationToken cancellationToken) =>
        JudgeAsync(job, context, cancellationToken).OrRejectedAsync(options.Value);

    private async Task<JobOutcome> JudgeAsync(GiveFeedback job, JobContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (fields, answer) = await model.FillAsync(
            job.Messages!, FeedbackFields.Schema, FeedbackFields.Json, options.Value, context, cancellationToken);
        return GeneratedOutcome.Of(
            new FeedbackResult
            {
                Feedback = fields.Feedback,
                Score = fields.Score,
                IsPassed = fields.Score >= options.Value.PassMark,
                PassMark = options.Value.PassMark,
                ImprovementSuggestion = fields.ImprovementSuggestion,
                Prompt = job.PromptSource,
                Model = answer.Model,
                ModelVersion = answer.ModelVersion,
                Warnings = answer.Warnings,
                FallbackProvider = answer.FallbackProvider,
                Usage = answer.Usage,
                Timings = context.Timings(time.GetElapsedTime(started)),
            },
            GiveFeedback.ResultJson,
            options.Value.Temperature);
    }
}
