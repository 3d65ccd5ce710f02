namespace Pipeline.Inference.Models;

/// <summary>Loads model files.</summary>
public interface IModelLoader
{
    /// <summary>Accelerators with their memory; empty on a machine without one.</summary>
    IReadOnlyList<Accelerator> FindAccelerators();

    /// <summary>
    /// Loads weights; takes seconds to minutes and blocks the calling thread.
    /// The caller has checked the file and the memory already.
    /// </summary>
    /// <exception cref="ModelLoadException">The native library refused the file or is itself missing or of another release.</exception>
    ILanguageModel Load(string path, ModelParameters parameters);
}

/// <summary>How to load weights.</summary>
/// <param name="GpuLayers">Layers kept on the accelerator; 0 for none.</param>
/// <param name="UseMemoryMap">Maps the file instead of reading it.</param>
public sealed record ModelParameters(int GpuLayers = 0, bool UseMemoryMap = true);

/// <summary>A GPU as the native library reports it.</summary>
public sealed record Accelerator(string Name, long MemoryFreeBytes, long MemoryTotalBytes);

/// <summary>Facts of a loaded model.</summary>
public sealed record ModelInfo
{
    /// <summary>general.name of the file, or the file's name without extension.</summary>
    public required string Name { get; init; }

    /// <summary>general.architecture, such as "llama" or "qwen2".</summary>
    public required string Architecture { get; init; }

    /// <summary>Tokens in the vocabulary; the length of a row of logits.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Context length the model was trained with, in tokens.</summary>
    public required int ContextTokensTrained { get; init; }

    /// <summary>Size of the weights in bytes.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Beginning-of-sequence token; null where the model has none.</summary>
    public int? BosToken { get; init; }

    /// <summary>True when prompts begin with <see cref="BosToken"/>.</summary>
    public bool AddsBos { get; init; }

    /// <summary>End-of-turn token, or the end-of-sequence token where the model has no turn; null where it has neither.</summary>
    public int? EndOfTurnToken { get; init; }

    /// <summary>True when the chat template knows a block of thoughts, &lt;think&gt;, before the answer.</summary>
    public bool Thinks { get; init; }

    /// <summary>Length of a hidden state, hence of an embedding.</summary>
    public int EmbeddingSize { get; init; }
}

/// <summary>A model or its native library cannot be used. One sentence says what is wrong and one what to change.</summary>
public sealed class ModelLoadException(string problem, string remedy, Exception? innerException = null)
    : InferenceException($"{problem} {remedy}", innerException)
{
    /// <summary>What is wrong.</summary>
    public string Problem => problem;

    /// <summary>What to change.</summary>
    public string Remedy => remedy;
}
