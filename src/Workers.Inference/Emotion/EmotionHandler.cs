using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Contracts.Languages;
using Pipeline.Core.Attempts;
using Pipeline.Inference;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Emotion;

/// <summary>Scores the labels of <see cref="Emotions.All"/>; the answer is always one of them, and costs one prefill, of a long text one for each piece.</summary>
internal sealed class EmotionHandler(ILabelScorer scorer, ServedModels served, IOptions<InferenceOptions> inference, IOptions<EmotionOptions> options, TimeProvider time)
    : IJobHandler<AnalyzeEmotion, EmotionResult>
{
    // What is left of the model's probabilities in a language that it was not trained for; the rest is spread over all labels. Measured on
    // models/eval/unknown.jsonl, where its choices are no better than chance.
    private const double ForeignTrust = 0.02;

    private const string NoWords = "The text has no words of any language that can be told, so there is little by which to choose an emotion.";

    public async Task<JobOutcome> HandleAsync(AnalyzeEmotion job, JobContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var priority = context.Priority is JobPriority.Bulk ? RequestPriority.Bulk : RequestPriority.Interactive;
        var model = inference.Value.IsRemote ? null : served.Find(EmotionOptions.Section, context.Model).Name;
        EmotionReading reading;
        try
        {
            reading = await EmotionReading.OfAsync(
                job.Text,
                piece => EmotionPrompt.For(piece, options.Value, priority, context.ClientId.ToString(), model),
                scorer,
                cancellationToken);
        }
        catch (PromptTooLongException e)
        {
            // Not even a few words fit beside the instruction.
            return new JobOutcome.Rejected($"The text is too long. {e.Message}");
        }
        catch (PromptRefusedException e)
        {
            return new JobOutcome.Rejected(e.Message);
        }

        var language = LanguageDetector.Detect(job.Text);

        // A cloud provider's model was trained for more, and a bare choice has no probabilities to flatten. Addresses, code and numbers the
        // model calls neutral, and it is nearly always right.
        var isUnknown = !options.Value.Knows(language, job.Text) && reading.FallbackProvider is null && !reading.ChoiceOnly;
        var isForeign = isUnknown && LanguageDetector.HasWords(job.Text);
        double Honest(double probability) => isForeign ? (probability * ForeignTrust) + ((1 - ForeignTrust) / Emotions.All.Count) : probability;
        var scores = reading.Probabilities.ToDictionary(score => score.Key, score => Honest(score.Value));
        var best = scores.MaxBy(score => score.Value);
        var result = new EmotionResult
        {
            Emotion = best.Key,
            Confidence = best.Value,
            Scores = scores,
            Spans = job.Spans ? [.. reading.Pieces.Select(piece => piece.Span(Honest))] : null,
            Language = language,
            Warning = isForeign ? Warning(language) : isUnknown ? NoWords : null,
            Model = reading.Model,
            ModelVersion = reading.ModelVersion,
            FallbackAttempted = reading.FallbackProvider is not null,
            FallbackProvider = reading.FallbackProvider,
            ChoiceOnly = reading.ChoiceOnly,
            Usage = reading.Usage,
            Timings = context.Timings(time.GetElapsedTime(started)),
        };

        // What a cloud provider answered is not what this model would.
        return reading.FallbackProvider is null
            ? JobOutcome.Reproducible(result, AnalyzeEmotion.ResultJson)
            : JobOutcome.Success(result, AnalyzeEmotion.ResultJson);
    }

    private static string Warning(string language) =>
        $"{(language is LanguageDetector.Undetermined ? "The language of the text cannot be told" : $"The text is in another language ({language})")}: the model was not trained for it, so its choice is little better than a guess, and its probabilities are flattened. If your model knows more languages, name them in Kinds:Emotion:Languages.";
}
