using LLama;
using LLama.Common;
using LLama.Exceptions;
using LLama.Native;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.LLamaSharp.Native;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>Loads GGUF files with LLamaSharp, whose backend packages bring the native library: CUDA where there is a GPU, else the CPU's.</summary>
public sealed class LLamaSharpModelLoader(ILoggerFactory loggers) : IModelLoader
{
    private readonly ILogger _logger = loggers.CreateLogger("Pipeline.Inference.LLamaSharp");

    /// <inheritdoc/>
    public string Backend => "LLamaSharp";

    /// <inheritdoc/>
    public IReadOnlyList<Accelerator> FindAccelerators()
    {
        NativeRuntime.EnsureLoaded(_logger);
        return GgmlDevices.FindGpus(_logger);
    }

    /// <inheritdoc/>
    public ILanguageModel Load(string path, ModelParameters parameters)
    {
        NativeRuntime.EnsureLoaded(_logger);
        _ = NativeLog.TakeError();
        try
        {
            // LLamaSharp puts 20 layers on a GPU unless it is told.
            LLamaWeights weights = LLamaWeights.LoadFromFile(new ModelParams(path)
            {
                GpuLayerCount = parameters.GpuLayers,
                LoadMode = parameters.UseMemoryMap ? LLamaLoadMode.MemoryMap : LLamaLoadMode.None,
            });
            return new LLamaSharpModel(weights, path);
        }
        catch (Exception e) when (e is LoadWeightsFailedException or IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(
                $"LLamaSharp cannot load {path}: {NativeLog.TakeError() ?? e.Message}.",
                "Take a GGUF model whose architecture the llama.cpp of LLamaSharp supports.", e);
        }
    }
}
