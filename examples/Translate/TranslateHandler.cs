using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Workers.Inference.Generating;

namespace Examples.Translate;

/// <summary>Translates one text. Its model and limits stand under <c>Kinds:Translate</c>.</summary>
internal sealed class TranslateHandler(TextModel model, IOptions<ModelOptions<Translate>> options, TimeProvider time) : IJobHandler<Translate, TranslateResult>
{
    public Task<JobOutcome> HandleAsync(Translate job, JobContext context, CancellationToken cancellationToken) =>
        TranslateAsync(job, context, cancellationToken).OrRejectedAsync(options.Value);

    private async Task<JobOutcome> TranslateAsync(Translate job, JobContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (fields, answer) = await model.FillAsync(
            job.Messages(), TranslateFields.Schema, TranslateJson.Default.TranslateFields, options.Value, context, cancellationToken);
        return GeneratedOutcome.Of(
            new TranslateResult
            {
                Translation = fields.Translation,
                Target = job.Target,
                Prompt = PromptSource.Of(job.Template!),
                Model = answer.Model,
                ModelVersion = answer.ModelVersion,
                Warnings = answer.Warnings,
                FallbackProvider = answer.FallbackProvider,
                Usage = answer.Usage,
                Timings = context.Timings(time.GetElapsedTime(started)),
            },
            Translate.ResultJson,
            options.Value.Temperature);
    }
}
