using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;
using Pipeline.Inference.Remote;
using Pipeline.Workers.Embedding.Documents;

namespace Pipeline.Workers.Embedding;

/// <summary>Loads and warms the model before the host starts, so before the first message is fetched. Nothing is loaded where a server embeds.</summary>
internal sealed class EmbeddingModelStart(
    EmbeddingEngine engine, EmbeddingModelLoaders loaders, IOptions<InferenceOptions> inference, RemoteServer server, NamedFile file, ServedModel served)
    : StartupStep
{
    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (inference.Value.IsRemote && server.Embeddings() is not null)
        {
            return;
        }

        try
        {
            var path = file.Path;
            await engine.LoadAsync(path, cancellationToken);
            await served.ReadVersionAsync(loaders.For(path).FilesOf(path), cancellationToken);
        }
        catch (ModelLoadException e)
        {
            throw new StartupException(e.Message, e);
        }
    }
}

internal sealed class EmbeddingModelHealth(EmbeddingEngine engine, IOptions<InferenceOptions> options, RemoteServer server) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (!options.Value.IsRemote || server.Embeddings() is null)
        {
            return engine.Model is null ? HealthCheckResult.Unhealthy("The embedding model is still being loaded.") : HealthCheckResult.Healthy();
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
