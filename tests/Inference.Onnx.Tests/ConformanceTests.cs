using Microsoft.Extensions.AI;
using Pipeline.Bench.TrainedModels;
using Pipeline.Inference.Embeddings;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.Onnx.Tests;

public sealed class OnnxEncoderTests() : EncoderConformance(OnnxEngine.LoadModel(TrainedModel.MiniLm), "[SEP]");

public sealed class OnnxClsEncoderTests() : EncoderConformance(OnnxEngine.LoadModel(TrainedModel.Arctic), "[SEP]");

public sealed class OnnxEmbeddingTests : EmbeddingGeneratorConformance, IAsyncLifetime
{
    private readonly EmbeddingEngine _engine = OnnxEngine.Create();

    protected override IEmbeddingGenerator<string, Embedding<float>> Generator => _engine;

    public async ValueTask InitializeAsync() => await _engine.LoadAsync(TrainedModel.MiniLm, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();
}
