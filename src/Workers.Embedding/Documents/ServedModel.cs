using System.Security.Cryptography;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Pipeline.Core.Documents;
using Pipeline.Core.Hosting;
using Pipeline.Inference;

namespace Pipeline.Workers.Embedding.Documents;

/// <summary>The model that this process embeds with. Its version is known once its files are loaded, the rest once it has embedded something.</summary>
internal sealed class ServedModel
{
    private const int VersionBytes = 6; // Of few files with one name, no two will share 48 bits.

    private readonly TaskCompletionSource<(int Id, EmbeddingModel Model)> _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null where a server embeds.</summary>
    public string? Version { get; private set; }

    /// <param name="files">Those that decide about vectors, always in the same order; copies under other names are the same model.</param>
    public async Task ReadVersionAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        List<byte[]> hashes = [];
        foreach (var path in files)
        {
            await using var file = File.OpenRead(path);
            hashes.Add(await SHA256.HashDataAsync(file, cancellationToken));
        }

        var hash = hashes is [var only] ? only : SHA256.HashData([.. hashes.SelectMany(bytes => bytes)]);
        Version = Convert.ToHexStringLower(hash.AsSpan(0, VersionBytes));
    }

    public void Register(int id, EmbeddingModel model) => _registered.TrySetResult((id, model));

    /// <summary>Returns once it is known.</summary>
    public Task<(int Id, EmbeddingModel Model)> GetAsync(CancellationToken cancellationToken) => _registered.Task.WaitAsync(cancellationToken);
}

/// <summary>Tells the database which model embeds from now on, so that documents of another one are embedded anew.</summary>
internal sealed class ModelRegistration(
    IEmbeddingGenerator<string, Embedding<float>> generator, EmbeddingModelStore models, ServedModel served, TimeProvider time, ILogger<ModelRegistration> logger)
    : LoopService(time, logger)
{
    private const string Probe = "Which model is this?";

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        // A server tells its name and its dimensions only with an answer.
        var embedding = (await generator.GenerateAsync([Probe], null, stoppingToken))[0];
        var model = new EmbeddingModel(embedding.ModelId ?? "unknown", served.Version, embedding.Dimensions);
        served.Register(await models.ServeAsync(model, stoppingToken), model);
        RoundDone();
        await Task.Delay(Timeout.InfiniteTimeSpan, Time, stoppingToken);
    }

    protected override bool IsOutage(Exception exception) => base.IsOutage(exception) || exception is InferenceException;
}
