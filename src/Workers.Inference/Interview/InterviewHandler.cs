using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Interview;

/// <summary>Judges the last answer of an interview and says how it goes on.</summary>
internal sealed class InterviewHandler(TextModel model, IOptions<InterviewOptions> options, TimeProvider time) : IJobHandler<StepInterview, InterviewStepResult>
{
    public Task<JobOutcome> HandleAsync(StepInterview job, JobContext context, CancellationToken cancellationToken) =>
        StepAsync(job, context, cancellationToken).OrRejectedAsync(options.Value);

    private async Task<JobOutcome> StepAsync(StepInterview job, JobContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (fields, answer) = await model.FillAsync(
            job.Messages!,
            schema => InterviewFields.Schema(schema, job.Judges ?? true),
            InterviewFields.Json,
            options.Value,
            context,
            cancellationToken);
        return GeneratedOutcome.Of(
            new InterviewStepResult
            {
                Thought = fields.Thought,
                Action = fields.Action,
                Message = fields.Message,
                Evaluation = fields.Score is { } score ? new(score, fields.Comment!) : null,
                Prompt = job.PromptSource,
                Model = answer.Model,
                ModelVersion = answer.ModelVersion,
                Warnings = answer.Warnings,
                FallbackProvider = answer.FallbackProvider,
                Usage = answer.Usage,
                Timings = context.Timings(time.GetElapsedTime(started)),
            },
            StepInterview.ResultJson,
            options.Value.Temperature);
    }
}
