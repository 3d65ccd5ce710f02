using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Inference;

namespace Pipeline.Workers.Inference.Emotion;

/// <summary>Scores the labels of <see cref="Emotions.All"/>; the answer is always one of them, and costs one prefill.</summary>
internal sealed class EmotionHandler(ILabelScorer scorer, IOptions<EmotionOptions> options, TimeProvider time)
    : IJobHandler<AnalyzeEmotion, EmotionResult>
{
    public async Task<JobOutcome> HandleAsync(AnalyzeEmotion job, JobContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var priority = context.Priority is JobPriority.Bulk ? RequestPriority.Bulk : RequestPriority.Interactive;
        LabelScores scores;
        try
        {
            scores = await scorer.ScoreAsync(EmotionPrompt.For(job.Text, options.Value, priority, context.ClientId.ToString()), cancellationToken);
        }
        catch (PromptTooLongException e)
        {
            return new JobOutcome.Rejected($"The text is too long. {e.Message}");
        }

        var best = scores.Best;
        var result = new EmotionResult
        {
            Emotion = best.Label,
            Confidence = best.Probability,
            Scores = scores.Labels.ToDictionary(score => score.Label, score => score.Probability),
            Language = TextLanguage.Detect(job.Text),
            Model = scores.Model,
            FallbackAttempted = scores.FallbackProvider is not null,
            FallbackProvider = scores.FallbackProvider,
            ChoiceOnly = scores.ChoiceOnly,
            Usage = new(scores.PromptTokens, scores.CachedTokens, scores.CompletionTokens),
            Timings = context.Timings(time.GetElapsedTime(started)),
        };

        // What a cloud provider answered is not what this model would.
        return scores.FallbackProvider is null
            ? JobOutcome.Reproducible(result, AnalyzeEmotion.ResultJson)
            : JobOutcome.Success(result, AnalyzeEmotion.ResultJson);
    }
}
