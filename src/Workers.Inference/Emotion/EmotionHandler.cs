using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Contracts.Languages;
using Pipeline.Core.Attempts;
using Pipeline.Inference;

namespace Pipeline.Workers.Inference.Emotion;

/// <summary>Scores the labels of <see cref="Emotions.All"/>; the answer is always one of them, and costs one prefill.</summary>
internal sealed class EmotionHandler(ILabelScorer scorer, IOptions<EmotionOptions> options, TimeProvider time)
    : IJobHandler<AnalyzeEmotion, EmotionResult>
{
    // What is left of the model's probabilities in a language that it was not trained for; the rest is spread over all labels.
    private const double ForeignTrust = 0.15;

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
        var language = LanguageDetector.Detect(job.Text);

        // A cloud provider's model was trained for more, and a bare choice has no probabilities to flatten.
        var isForeign = !options.Value.Knows(language, job.Text) && scores.FallbackProvider is null && !scores.ChoiceOnly;
        double Honest(double probability) => isForeign ? (probability * ForeignTrust) + ((1 - ForeignTrust) / scores.Labels.Count) : probability;
        var result = new EmotionResult
        {
            Emotion = best.Label,
            Confidence = Honest(best.Probability),
            Scores = scores.Labels.ToDictionary(score => score.Label, score => Honest(score.Probability)),
            Language = language,
            Warning = isForeign ? Warning(language) : null,
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

    private static string Warning(string language) =>
        $"{(language is LanguageDetector.Undetermined ? "The language of the text cannot be told" : $"The text is in another language ({language})")}: the model was not trained for it, so its choice is little better than a guess, and its probabilities are flattened. If your model knows more languages, name them in Models:Emotion:Languages.";
}
