using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Inference.LlamaCpp.Native;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LlamaCpp;

/// <summary>Loads GGUF files with llama.cpp in this process.</summary>
public sealed class LlamaModelLoader(IOptions<LlamaCppOptions> options, ILoggerFactory loggers) : IModelLoader
{
    private const int LoadModeRead = 0;
    private const int LoadModeMemoryMap = 1;

    /// <inheritdoc/>
    public string Backend => "LlamaCpp";

    /// <inheritdoc/>
    public IReadOnlyList<Accelerator> FindAccelerators()
    {
        EnsureLoaded();
        List<Accelerator> found = [];
        for (nuint i = 0; i < GgmlApi.ggml_backend_dev_count(); i++)
        {
            nint device = GgmlApi.ggml_backend_dev_get(i);
            if (GgmlApi.ggml_backend_dev_type(device) == GgmlApi.DeviceTypeGpu)
            {
                GgmlApi.ggml_backend_dev_memory(device, out nuint free, out nuint total);
                found.Add(new(DescriptionOf(device), (long)free, (long)total));
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public ILanguageModel Load(string path, ModelParameters parameters)
    {
        EnsureLoaded();
        LlamaModelParams native = LlamaApi.llama_model_default_params();
        native.GpuLayers = parameters.GpuLayers;
        native.LoadMode = parameters.UseMemoryMap ? LoadModeMemoryMap : LoadModeRead;
        _ = NativeLog.TakeError();
        ModelHandle handle = LlamaApi.llama_model_load_from_file(path, native);
        if (handle.IsInvalid)
        {
            handle.Dispose();
            throw new ModelLoadException(
                $"llama.cpp cannot load {path}: {NativeLog.TakeError() ?? "it gave no reason"}.",
                $"Take a GGUF model whose architecture llama.cpp {LibraryDirectory.Release} supports.");
        }

        return new LlamaModel(handle, path);
    }

    private void EnsureLoaded() => LlamaRuntime.EnsureLoaded(
        LibraryDirectory.Find(options.Value.LibraryDirectory, AppContext.BaseDirectory), loggers.CreateLogger("Pipeline.Inference.LlamaCpp"));

    private static unsafe string DescriptionOf(nint device) =>
        Marshal.PtrToStringUTF8((nint)GgmlApi.ggml_backend_dev_description(device)) ?? "GPU";
}
