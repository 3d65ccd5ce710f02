using Pipeline.Inference.Models;
using Pipeline.Inference.Residence;

namespace Pipeline.Inference.Embeddings;

/// <summary>Loads embedding models of one format. Of all loaders of a host, exactly one takes a path.</summary>
public interface IEmbeddingModelLoader
{
    /// <summary>Whether what lies at the path is this loader's to load, or to refuse with a reason.</summary>
    bool Takes(string path);

    /// <summary>The model's name, from what can be read without loading it.</summary>
    string NameOf(string path);

    /// <summary>The files that decide about vectors: models whose files are equal give equal ones.</summary>
    /// <exception cref="ModelLoadException">A file is missing; the message says which.</exception>
    IReadOnlyList<string> FilesOf(string path);

    /// <summary>Checks files and memory, then loads; takes seconds to minutes and blocks the calling thread.</summary>
    /// <exception cref="ModelLoadException">A file, the memory or the native library is unsuitable; the message says what to change.</exception>
    LoadedEmbeddingModel Load(string path, InferenceOptions options);
}

/// <summary>What a loader gives; its receiver disposes the encoder, then the model.</summary>
/// <param name="Model">Weights and tokenizer.</param>
/// <param name="Encoder">Computes passes.</param>
/// <param name="PassTokens">Tokens at which a pass is full on this machine.</param>
/// <param name="Footprint">Memory that they take.</param>
public sealed record LoadedEmbeddingModel(IEmbeddingModel Model, IEmbeddingEncoder Encoder, int PassTokens, ModelFootprint Footprint);
