using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

public sealed class LLamaSharpEncoderTests() : EncoderConformance(TestEngine.Loader);
