namespace Pipeline.Inference.LlamaCpp;

/// <summary>Section "LlamaCpp": where the native library is.</summary>
public sealed class LlamaCppOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "LlamaCpp";

    /// <summary>
    /// Directory that holds libllama and the ggml libraries. Null looks in runtimes/linux-x64/native beside the app, then
    /// for .local/natives/llama.cpp in the app's directory and those above it.
    /// </summary>
    public string? LibraryDirectory { get; set; }
}
