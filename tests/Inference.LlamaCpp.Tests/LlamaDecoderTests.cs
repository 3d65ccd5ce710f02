using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LlamaCpp.Tests;

public sealed class LlamaDecoderTests() : DecoderConformance(TestEngine.Loader);
