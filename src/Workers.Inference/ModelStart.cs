using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Queues;
using Pipeline.Inference;
using Pipeline.Inference.Models;
using Pipeline.Inference.Remote;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference;

/// <summary>
/// Names the models of this worker, and loads and warms those that its kinds name, as far as they fit together, before the host
/// starts: before the first message is fetched. A server's model is the server's affair: it may come up later, and the health check
/// says whether it did.
/// </summary>
internal sealed partial class ModelStart(LocalModels models, ServedModels served, IOptions<InferenceOptions> inference, ConsumedQueues queues, ILogger<ModelStart> logger) : StartupStep
{
    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (inference.Value.IsRemote)
        {
            return;
        }

        try
        {
            var own = served.Own(queues.Include).ToArray();
            foreach (var model in own)
            {
                models.Define(model);
            }

            foreach (var model in served.All(queues.Include).Except(own))
            {
                Define(model);
            }

            await LoadAsync(own, cancellationToken);
        }
        catch (ModelLoadException e)
        {
            throw new StartupException(e.Message, e);
        }
    }

    /// <summary>One whose file is refused when it is tried leaves the others alone: only where there is nothing else to work with does the start end.</summary>
    private async Task LoadAsync(NamedModel[] own, CancellationToken cancellationToken)
    {
        ModelLoadException? refusal = null;
        foreach (var model in own.Where(model => models.Fits(model.Name)))
        {
            try
            {
                await models.LoadAsync(model.Name, cancellationToken);
            }
            catch (ModelLoadException e) when (e.IsRefusal)
            {
                refusal = e; // The log has it from whoever tried it.
            }
        }

        if (refusal is not null && models.Loaded.Count is 0)
        {
            throw refusal;
        }
    }

    /// <summary>
    /// One that requests may ask for: those that do are told what is wrong with it, and nobody else is. <see cref="ModelMoves"/> tries it again.
    /// </summary>
    private void Define(NamedModel model)
    {
        try
        {
            models.Define(model);
        }
        catch (ModelLoadException e)
        {
            LogUnfit(model.Name, e.Message);
        }
    }

    [LoggerMessage(3501, LogLevel.Warning, "Model {Name} cannot be loaded; requests that ask for it fail: {Reason}")]
    private partial void LogUnfit(string name, string reason);
}

internal sealed class ModelHealth(LocalModels models, IOptions<InferenceOptions> options, RemoteServer server) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (!options.Value.IsRemote)
        {
            return models.Status.All(model => model.IsRefused) ? HealthCheckResult.Unhealthy("No model is loaded yet.") : HealthCheckResult.Healthy();
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
