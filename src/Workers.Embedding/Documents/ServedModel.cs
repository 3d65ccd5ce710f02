using System.Security.Cryptography;
using Pipeline.Core.Documents;

namespace Pipeline.Workers.Embedding.Documents;

/// <summary>The model that this process embeds with. Its version is known once the file is loaded, the rest once it has embedded something.</summary>
internal sealed class ServedModel
{
    private const int VersionBytes = 6; // Of few files with one name, no two will share 48 bits.

    private readonly TaskCompletionSource<(int Id, EmbeddingModel Model)> _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null where a server embeds.</summary>
    public string? Version { get; private set; }

    public async Task ReadVersionAsync(string modelPath, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(modelPath);
        Version = Convert.ToHexStringLower((await SHA256.HashDataAsync(file, cancellationToken)).AsSpan(0, VersionBytes));
    }

    public void Register(int id, EmbeddingModel model) => _registered.TrySetResult((id, model));

    /// <summary>Returns once it is known.</summary>
    public Task<(int Id, EmbeddingModel Model)> GetAsync(CancellationToken cancellationToken) => _registered.Task.WaitAsync(cancellationToken);
}
