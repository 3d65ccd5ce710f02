using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Contracts.Languages;
using Pipeline.Core.Results;
using Pipeline.Inference;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Emotion;

/// <summary>Labels are scored, not sampled: the model, the prompt and two options make the result.</summary>
internal sealed class EmotionFingerprint(IOptions<EmotionOptions> options, IOptions<InferenceOptions> inference, ServedModels served, LocalModels models) : IResultFingerprint
{
    public string Kind => AnalyzeEmotion.Kind;

    public long Revision => models.Revision;

    public string? Describe()
    {
        if (inference.Value.IsRemote)
        {
            return null; // A server can change its model at any time.
        }

        var request = EmotionPrompt.For("", options.Value);
        return string.Join(
            '\n',
            [
                .. ServedFiles.Describe(served.Of(Kind), models),
                .. request.Messages.Concat(request.ContentFree ?? []).Select(message => $"{message.Role}: {message.Text}"),
                .. request.Labels,
                request.Temperature.ToString(CultureInfo.InvariantCulture),
                options.Value.InputTokensMax.ToString(CultureInfo.InvariantCulture),
                string.Join(',', options.Value.Languages ?? []),
                typeof(EmotionReading).Module.ModuleVersionId.ToString(), // How long texts are cut.
                typeof(LanguageDetector).Module.ModuleVersionId.ToString(),
            ]);
    }
}
