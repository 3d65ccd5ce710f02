using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

public sealed class LLamaSharpDecoderTests() : DecoderConformance(TestEngine.Loader, TestEngine.GpuLayers);
