using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;
using Pipeline.Inference.Remote;

namespace Pipeline.Workers.Embedding;

/// <summary>Loads and warms the model before the host starts, so before the first message is fetched. Nothing is loaded where a server embeds.</summary>
internal sealed class EmbeddingModelStart(
    EmbeddingEngine engine, IOptions<InferenceOptions> inference, RemoteServer server, IOptions<EmbeddingOptions> options) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (inference.Value.IsRemote && server.Embeddings() is not null)
        {
            return;
        }

        try
        {
            await engine.LoadAsync(options.Value.ModelPath, cancellationToken);
        }
        catch (ModelLoadException e)
        {
            throw new StartupException(e.Message, e);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
