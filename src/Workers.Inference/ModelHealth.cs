using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Inference;

namespace Pipeline.Workers.Inference;

internal sealed class ModelHealth(InferenceEngine engine) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(engine.Model is null
            ? HealthCheckResult.Unhealthy("The model is still being loaded.")
            : HealthCheckResult.Healthy());
}
