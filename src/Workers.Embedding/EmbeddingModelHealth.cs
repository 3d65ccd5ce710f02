using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Inference.Embeddings;

namespace Pipeline.Workers.Embedding;

internal sealed class EmbeddingModelHealth(EmbeddingEngine engine) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(engine.Model is null
            ? HealthCheckResult.Unhealthy("The embedding model is still being loaded.")
            : HealthCheckResult.Healthy());
}
