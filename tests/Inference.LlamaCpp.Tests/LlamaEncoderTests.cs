using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LlamaCpp.Tests;

public sealed class LlamaEncoderTests() : EncoderConformance(TestEngine.Loader);
