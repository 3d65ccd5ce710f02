using Pipeline.Inference.Decoding;
using Pipeline.Inference.Models;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

public sealed class LLamaSharpModelTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public void Facts_of_the_file_are_read()
    {
        using ILanguageModel model = TestEngine.Loader.Load(EmotionPrompt.ModelPath, new());

        model.Info.Architecture.ShouldBe("llama");
        model.Info.VocabularySize.ShouldBeGreaterThan(1_000);
        model.Info.ContextTokensTrained.ShouldBeGreaterThan(0);
        model.Info.EmbeddingSize.ShouldBeGreaterThan(0);
        model.Info.WeightBytes.ShouldBeGreaterThan(1_000_000);
        int end = model.Info.EndOfTurnToken.ShouldNotBeNull();
        model.IsEndOfGeneration(end).ShouldBeTrue();
        model.ControlTokens.ShouldContain(token => token.Id == end);
        model.ControlTokens.Select(token => token.Text).ShouldBeUnique();
        model.GetTokenBytes(end).ShouldBeEmpty();
    }

    [Fact]
    public void Damaged_file_is_refused_with_a_reason_and_a_remedy()
    {
        string path = Path.Combine(Path.GetTempPath(), $"pipeline-{Guid.CreateVersion7()}.gguf");
        try
        {
            File.WriteAllText(path, "This is no model.");
            ModelLoadException error = Should.Throw<ModelLoadException>(() => TestEngine.Loader.Load(path, new()));
            error.Problem.ShouldStartWith($"LLamaSharp cannot load {path}: ");
            error.Remedy.ShouldContain("GGUF");
        }
        finally
        {
            File.Delete(path);
        }

        Should.Throw<ModelLoadException>(() => TestEngine.Loader.Load("/nowhere/model.gguf", new()));
    }

    [Fact]
    public void Accelerators_have_memory_where_there_are_any()
    {
        foreach (Accelerator accelerator in TestEngine.Loader.FindAccelerators())
        {
            accelerator.MemoryTotalBytes.ShouldBeGreaterThan(0);
            accelerator.MemoryFreeBytes.ShouldBeInRange(0, accelerator.MemoryTotalBytes);
        }
    }

    [Fact]
    public void Canceled_pass_is_aborted_and_the_decoder_goes_on()
    {
        using ILanguageModel model = TestEngine.Loader.Load(EmotionPrompt.ModelPath, new());
        using IDecoder decoder = model.CreateDecoder(new(new(1_024, 512, 4, 16), Threads: 1));
        DecodeBatch batch = new(512);
        for (int i = 0; i < 512; i++)
        {
            batch.Add(5, i, 0, wantsLogits: i == 511);
        }

        decoder.Decode(batch, new CancellationToken(canceled: true)).ShouldBe(DecodeResult.Aborted);
        decoder.RemoveSequence(0, 0, int.MaxValue);
        decoder.Decode(batch, _cancel).ShouldBe(DecodeResult.Ok);
    }

    [Fact]
    public void Disposed_model_and_decoder_throw_instead_of_crashing()
    {
        ILanguageModel model = TestEngine.Loader.Load(EmotionPrompt.ModelPath, new());
        IDecoder decoder = model.CreateDecoder(new(new(256, 64, 2, 4), Threads: 1));
        DecodeBatch batch = new(1);
        batch.Add(1, 0, 0, wantsLogits: true);

        decoder.Dispose();
        decoder.Dispose();
        Should.Throw<ObjectDisposedException>(() => decoder.Decode(batch, _cancel));
        Should.Throw<ObjectDisposedException>(() => decoder.RemoveSequence(0, 0, 1));
        model.Dispose();
        Should.Throw<ObjectDisposedException>(() => model.Tokenize("text", parseControlTokens: false));
        Should.Throw<ObjectDisposedException>(() => model.GetTokenBytes(1));
        Should.Throw<ObjectDisposedException>(() => model.CreateDecoder(new(new(256, 64, 2, 4), Threads: 1)));
    }
}
