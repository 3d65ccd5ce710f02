using Pipeline.Contracts;
using Pipeline.Core.Models;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Residence;
using Pipeline.Workers.Embedding.Documents;

namespace Pipeline.Workers.Embedding;

/// <summary>What this worker's row says of its embedding model; nothing where a server embeds.</summary>
internal sealed class EmbeddingModelReport(EmbeddingEngine engine, EmbeddingModelLoaders loaders, NamedFile file, ServedModel served)
{
    private const int MiB = 1 << 20;

    private static readonly string[] Kinds = [EmbedTexts.Kind, EmbedDocument.Kind];

    private readonly Lazy<string> _name = new(() => file.Name ?? loaders.For(file.Path).NameOf(file.Path));

    /// <summary>As the settings name it, else as it names itself.</summary>
    public string Name => _name.Value;

    public IReadOnlyList<WorkerModel> Read() => engine.Status is { } model
        ? [
            new()
            {
                Names = [Name],
                Kinds = Kinds,
                OwnOf = Kinds,
                File = model.Path,
                Version = served.Version,
                State = model.Phase is ModelPhase.Loaded ? "loaded" : "loading",
                MemoryMib = model.Footprint.MainBytes / MiB,
                GpuMemoryMib = model.Footprint.GpuBytes / MiB,
                Running = model.Running,
                LoadSeconds = model.LoadTime is { } took ? Math.Round(took.TotalSeconds, 3) : null,
                WaitSeconds = model.Eta?.TotalSeconds,
            },
        ]
        : [];
}
