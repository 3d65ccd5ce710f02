using Pipeline.Inference.Models;

namespace Pipeline.Inference.Embeddings;

/// <summary>Chooses among the loaders of a host by what lies at a path.</summary>
public sealed class EmbeddingModelLoaders(IEnumerable<IEmbeddingModelLoader> loaders)
{
    private readonly IEmbeddingModelLoader[] _loaders = [.. loaders];

    /// <summary>The loader that takes the path.</summary>
    /// <exception cref="ModelLoadException">None does.</exception>
    public IEmbeddingModelLoader For(string path) =>
        Array.Find(_loaders, loader => loader.Takes(path))
        ?? throw new ModelLoadException($"No backend of this process loads {path} for embeddings.", "Name a GGUF file of an embedding model.");
}
