using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Queues;
using Pipeline.Inference;
using Pipeline.Inference.Models;

namespace Pipeline.Workers.Inference;

/// <summary>
/// Loads and warms the models of the kinds that this worker consumes before the host starts, so before the first message is
/// fetched. A server's model is the server's affair: it may come up later, and the health check says whether it did.
/// </summary>
internal sealed class ModelStart(LocalModels models, IOptions<InferenceOptions> inference, IEnumerable<ModelUse> uses, ConsumedQueues queues) : StartupStep
{
    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (inference.Value.IsRemote)
        {
            return;
        }

        try
        {
            foreach (var use in uses.Where(use => queues.Include(use.Kind)))
            {
                await models.LoadAsync(use.Path, use.WarmUp, cancellationToken);
            }
        }
        catch (ModelLoadException e)
        {
            throw new StartupException(e.Message, e);
        }
    }
}
