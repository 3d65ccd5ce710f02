using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

public sealed class LLamaSharpEncoderTests() : EncoderConformance(TestEngine.Loader.Load(EmbeddingTexts.ModelPath, new ModelParameters()), "<|im_end|>")
{
    [Fact]
    public void Input_ends_with_the_token_that_the_model_pools() =>
        ((ILanguageModel)Model).IsEndOfGeneration(Model.TokenizeInput("오늘 정말 행복해요.")[^1]).ShouldBeTrue();

    [Fact]
    public void Model_that_does_not_pool_is_refused()
    {
        using ILanguageModel chat = TestEngine.Loader.Load(EmotionPrompt.ModelPath, new ModelParameters());
        Should.Throw<ModelLoadException>(() => chat.CreateEncoder(new(new EncoderLimits(256, 16), Threads: 1)))
            .Message.ShouldContain("pooling_type");
    }
}
