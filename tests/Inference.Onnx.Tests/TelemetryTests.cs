using System.Runtime.CompilerServices;
using Pipeline.Bench.TrainedModels;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Onnx.Native;

namespace Pipeline.Inference.Onnx.Tests;

public sealed class TelemetryTests
{
    /// <summary>Before any test: the other pipelines that are compared with open sessions of their own.</summary>
    [ModuleInitializer]
    internal static void TurnOff() => RuntimeTelemetry.TurnOff();

    [Fact]
    public void The_library_is_told_to_report_nothing_before_a_model_is_loaded()
    {
        using IEmbeddingModel model = OnnxEngine.LoadModel(TrainedModel.MiniLm);

        RuntimeTelemetry.Read().ShouldBe("1");
    }
}
