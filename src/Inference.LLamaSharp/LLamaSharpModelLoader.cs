using System.Runtime.InteropServices;
using LLama;
using LLama.Common;
using LLama.Exceptions;
using LLama.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Inference.LLamaSharp.Native;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>Loads GGUF files with LLamaSharp, whose backend packages bring the native library: CUDA where there is a GPU, else the CPU's.</summary>
public sealed partial class LLamaSharpModelLoader(IOptions<InferenceOptions> options, TimeProvider time, ILoggerFactory loggers) : IModelLoader
{
    private readonly ILogger _logger = loggers.CreateLogger("Pipeline.Inference.LLamaSharp");

    /// <summary>Hears the path of each adapter before it is loaded.</summary>
    internal Action<string>? AdapterLoads { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<Accelerator> FindAccelerators()
    {
        EnsureLoaded();
        List<Accelerator> found = [];
        for (nuint i = 0; i < NativeApi.ggml_backend_dev_count(); i++)
        {
            nint device = NativeApi.ggml_backend_dev_get(i);
            if (LlamaApi.ggml_backend_dev_type(device) == LlamaApi.DeviceTypeGpu)
            {
                LlamaApi.ggml_backend_dev_memory(device, out nuint free, out nuint total);
                found.Add(new(DescriptionOf(device), (long)free, (long)total));
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public ILanguageModel Load(string path, ModelParameters parameters)
    {
        EnsureLoaded();
        _ = NativeLog.TakeError();
        try
        {
            // LLamaSharp's default is 20 layers on a GPU.
            LLamaWeights weights = LLamaWeights.LoadFromFile(new ModelParams(path)
            {
                GpuLayerCount = parameters.GpuLayers,
                LoadMode = parameters.UseMemoryMap ? LLamaLoadMode.MemoryMap : LLamaLoadMode.None,
            });
            LLamaSharpModel model = new(weights, path, onGpu: parameters.GpuLayers > 0, time) { Adapters = LoadAdapters(weights, parameters.Adapters) };
            if (model.TemplateProblem is { } problem)
            {
                LogTemplate(_logger, problem);
            }

            return model;
        }
        catch (Exception e) when (e is LoadWeightsFailedException or IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(
                $"LLamaSharp cannot load {path}: {NativeLog.TakeError() ?? e.Message}.",
                "Take a GGUF model whose architecture the llama.cpp of LLamaSharp supports.", e);
        }
    }

    private List<LoadedAdapter> LoadAdapters(LLamaWeights weights, IReadOnlyList<ModelAdapter> adapters)
    {
        List<LoadedAdapter> loaded = [];
        foreach (ModelAdapter adapter in adapters)
        {
            AdapterLoads?.Invoke(adapter.Path);
            _ = NativeLog.TakeError();
            nint found = LlamaApi.llama_adapter_lora_init(weights.NativeHandle, adapter.Path); // Freed with the model.
            if (found == 0)
            {
                weights.Dispose();
                throw new ModelLoadException(
                    $"LLamaSharp cannot load the adapter {adapter.Path}: {NativeLog.TakeError() ?? "it gave no reason"}.", "Take a LoRA adapter that was made for this model.");
            }

            loaded.Add(new(found, adapter.Scale));
        }

        return loaded;
    }

    private void EnsureLoaded() => NativeRuntime.EnsureLoaded(options.Value.BackendLibrary, _logger);

    private static unsafe string DescriptionOf(nint device) =>
        Marshal.PtrToStringUTF8((nint)LlamaApi.ggml_backend_dev_description(device)) ?? "GPU";

    [LoggerMessage(3020, LogLevel.Warning, "{Problem} The model can embed, but neither answer nor score")]
    private static partial void LogTemplate(ILogger logger, string problem);
}
