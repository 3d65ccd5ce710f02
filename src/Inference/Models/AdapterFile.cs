using Pipeline.Inference.Gguf;

namespace Pipeline.Inference.Models;

/// <summary>What the head of an adapter's file says, without loading it.</summary>
public static class AdapterFile
{
    private const string Remedy = "Take a LoRA adapter of this model, converted with convert_lora_to_gguf.py of llama.cpp, or leave the setting out.";

    // 48 bits, as of models.
    private const int VersionLength = 12;

    /// <summary>Refuses a file that is no adapter, or not of this model.</summary>
    /// <param name="model">Its name in section Models.</param>
    /// <param name="file">That it is loaded beside.</param>
    /// <returns>Its length in bytes.</returns>
    /// <exception cref="ModelLoadException">The message names the setting.</exception>
    public static long Check(ModelAdapter adapter, string model, GgufFile file)
    {
        string setting = $"Models:{model}:Adapters:{adapter.Name}";
        GgufMetadata head;
        try
        {
            head = GgufReader.ReadMetadata(adapter.Path);
        }
        catch (ModelLoadException exception)
        {
            throw new ModelLoadException($"{setting}: {exception.Problem}", exception.Remedy, exception);
        }

        string? problem = head.Text("general.type") is not "adapter" ? "is a model and no adapter"
            : head.Text("adapter.type") is not "lora" ? $"is an adapter of type {head.Text("adapter.type") ?? "unknown"}, and only lora is known"
            : head.Text("general.architecture") is var architecture && architecture != file.Architecture ? $"is for models of architecture {architecture ?? "unknown"}, and {model} is {file.Architecture}"
            : null;
        return problem is null ? new FileInfo(adapter.Path).Length : throw new ModelLoadException($"{setting} is {adapter.Path}, which {problem}.", Remedy);
    }

    /// <summary>Tells adapters with one name apart: a short hash of what is in the file, and of its scale.</summary>
    public static string VersionOf(ModelAdapter adapter)
    {
        string hash = ModelFingerprint.Of(adapter.Path)[..VersionLength];
        return adapter.Scale is 1 ? hash : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{hash}*{adapter.Scale}");
    }
}
