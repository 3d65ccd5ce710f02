using Microsoft.Extensions.AI;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Queues;
using Pipeline.Inference;
using Pipeline.Inference.Models;
using Pipeline.Inference.Remote;

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

internal sealed class ModelHealth(LocalModels models, IOptions<InferenceOptions> options, RemoteServer server) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (!options.Value.IsRemote)
        {
            return models.Loaded.Count is 0 ? HealthCheckResult.Unhealthy("No model is loaded yet.") : HealthCheckResult.Healthy();
        }

        try
        {
            await server.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (InferenceException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }
}

/// <summary>A kind of job and the model file that it needs where no server is asked.</summary>
/// <param name="WarmUp">A typical request, so that the first job does not pay for page faults and the shared prompt.</param>
internal sealed record ModelUse(string Kind, string Path, LabelScoringRequest WarmUp)
{
    /// <summary>A kind that generates: scoring warms its model as well, and ends at once.</summary>
    public static ModelUse Generating(string kind, string path) =>
        new(kind, path, new() { Messages = [new(ChatRole.User, "Warm-up.")], Labels = ["yes", "no"], ModelPath = path });
}
