using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Pipeline.Inference;
using Pipeline.Inference.Remote;

namespace Pipeline.Workers.Inference;

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
