using Microsoft.ML.OnnxRuntime;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Onnx.Native;

/// <summary>Opens ONNX files.</summary>
internal static class SessionFactory
{
    /// <param name="graph">The ONNX file.</param>
    /// <param name="threads">That compute a pass.</param>
    /// <exception cref="ModelLoadException">The library is missing or refuses the file.</exception>
    public static InferenceSession Create(string graph, int threads)
    {
        try
        {
            RuntimeTelemetry.TurnOff();
            using SessionOptions options = new()
            {
                IntraOpNumThreads = threads,
                InterOpNumThreads = 1,
                ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
                EnableMemoryPattern = false, // Plans for one shape; passes have others every time.
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, // Whatever matters is thrown as well.
            };
            return new(graph, options);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            string reason = (exception as TypeInitializationException)?.InnerException?.Message ?? exception.Message;
            throw new ModelLoadException(
                $"ONNX Runtime cannot load {graph}: {reason.TrimEnd('.')}.",
                "Copy or export the model again; a file of external data (model.onnx_data) belongs beside it.",
                exception);
        }
    }
}
