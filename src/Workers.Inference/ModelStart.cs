using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Inference;
using Pipeline.Inference.Models;
using Pipeline.Workers.Inference.Emotion;

namespace Pipeline.Workers.Inference;

/// <summary>
/// Loads and warms the model before the host starts, so before the first message is fetched. A server's model is the
/// server's affair: it may come up later, and the health check says whether it did.
/// </summary>
internal sealed class ModelStart(InferenceEngine engine, IOptions<InferenceOptions> inference, IOptions<EmotionOptions> options) : StartupStep
{
    private const string WarmUpText = "Warm-up.";

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (inference.Value.IsRemote)
        {
            return;
        }

        try
        {
            await engine.LoadAsync(options.Value.ModelPath, EmotionPrompt.For(WarmUpText, options.Value), cancellationToken);
        }
        catch (ModelLoadException e)
        {
            throw new StartupException(e.Message, e);
        }
    }
}
