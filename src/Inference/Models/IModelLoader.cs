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
public sealed record ModelParameters(int GpuLayers = 0, bool UseMemoryMap = true)
{
    /// <summary>To load beside the weights. Decoders are told which of them to use by its place here, from 1.</summary>
    public IReadOnlyList<ModelAdapter> Adapters { get; init; } = [];

    /// <summary>It is to give vectors, not to read and write.</summary>
    public bool IsForEmbeddings { get; init; }
}

/// <summary>A LoRA adapter: small matrices that change what a model of its architecture says.</summary>
/// <param name="Name">As requests ask for it, behind the name of the model.</param>
/// <param name="Path">GGUF file.</param>
/// <param name="Scale">Multiplies its effect; 1 is what it was trained for.</param>
public sealed record ModelAdapter(string Name, string Path, float Scale = 1);

/// <summary>A GPU as the native library reports it.</summary>
public sealed record Accelerator(string Name, long MemoryFreeBytes, long MemoryTotalBytes);

/// <summary>A model or its native library cannot be used. One sentence says what is wrong and one what to change.</summary>
public sealed class ModelLoadException(string problem, string remedy, Exception? innerException = null)
    : InferenceException($"{problem} {remedy}", innerException)
{
    /// <summary>What is wrong.</summary>
    public string Problem => problem;

    /// <summary>What to change.</summary>
    public string Remedy => remedy;

    /// <summary>It is the file: nobody can use it before it changes.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Of a refusal: another time may be better, such as when it took too long.</summary>
    public bool MayPass { get; init; }
}
