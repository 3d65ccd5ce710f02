using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;
using Shouldly;
using Xunit;

namespace Pipeline.TestSupport.Inference;

/// <summary>What every embedding encoder must do, checked on the small model. A backend's tests derive from this and give the loader.</summary>
public abstract class EncoderConformance : IDisposable
{
    private const double CosineMin = 1 - 1e-3; // Other batch shapes take other kernels; the quantized ones differ in the last bits.
    private readonly IModelLoader _loader;
    private readonly ILanguageModel _model;
    private readonly IEmbeddingEncoder _encoder;

    protected EncoderConformance(IModelLoader loader)
    {
        _loader = loader;
        _model = loader.Load(EmbeddingTexts.ModelPath, new ModelParameters());
        _encoder = _model.CreateEncoder(new(new EncoderLimits(BatchTokens: 256, SequencesMax: 16), Threads: 2, Parts: 2));
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Input_ends_with_the_token_that_the_model_pools()
    {
        int[] plain = _model.Tokenize("오늘 정말 행복해요.", parseControlTokens: false);
        int[] input = _model.TokenizeInput("오늘 정말 행복해요.");
        input[..^1].ShouldBe(plain);
        _model.IsEndOfGeneration(input[^1]).ShouldBeTrue();
        _model.TokenizeInput("<|im_end|>").Length.ShouldBeGreaterThan(2); // Text, not one control token.
    }

    [Fact]
    public void Batch_gives_the_vectors_of_single_passes_in_any_order()
    {
        int[][] texts = [.. EmbeddingTexts.All.Concat(EmbeddingTexts.Triples.Select(triple => triple.Text + triple.Related)).Select(_model.TokenizeInput)];
        texts.Sum(text => text.Length).ShouldBeInRange(128, 256, "enough to be divided");
        float[][] batch = Encode(texts);
        float[][] reversed = [.. Encode([.. texts.Reverse()]).Reverse()];
        for (int i = 0; i < texts.Length; i++)
        {
            float[] alone = Encode([texts[i]])[0];
            alone.Length.ShouldBe(_encoder.Dimensions);
            EmbeddingTexts.Cosine(alone, batch[i]).ShouldBeGreaterThan(CosineMin);
            EmbeddingTexts.Cosine(reversed[i], batch[i]).ShouldBeGreaterThan(CosineMin);
        }
    }

    [Fact]
    public void Full_batches_are_taken_again_and_again()
    {
        int[] full = [.. Enumerable.Range(0, _encoder.Limits.BatchTokens).Select(i => 100 + i)];
        float[] first = Encode([full])[0];
        for (int i = 0; i < 3; i++)
        {
            EmbeddingTexts.Cosine(first, Encode([full])[0]).ShouldBeGreaterThan(CosineMin);
        }

        Encode([.. Enumerable.Repeat<int[]>([100, 1], _encoder.Limits.SequencesMax)]).Length.ShouldBe(_encoder.Limits.SequencesMax);
    }

    [Fact]
    public void Broken_limits_throw_before_native_code_sees_them()
    {
        Should.Throw<ArgumentException>(() => Encode([]));
        Should.Throw<ArgumentException>(() => Encode([[]]));
        Should.Throw<ArgumentException>(() => Encode([new int[_encoder.Limits.BatchTokens + 1]]));
        Should.Throw<ArgumentException>(() => Encode([[1], new int[_encoder.Limits.BatchTokens]]));
        Should.Throw<ArgumentException>(() => Encode([[_model.Info.VocabularySize]]));
        Should.Throw<ArgumentException>(() => Encode([[-1]]));
        Should.Throw<ArgumentException>(() => Encode([.. Enumerable.Repeat<int[]>([1], _encoder.Limits.SequencesMax + 1)]));
        Encode([[100, 1]]).Length.ShouldBe(1);
    }

    [Fact]
    public void Canceled_pass_throws_and_the_next_one_works()
    {
        int[] half = [.. Enumerable.Range(0, _encoder.Limits.BatchTokens / 2).Select(i => 100 + i)];
        foreach (int[][] batch in (int[][][])[[[100, 1]], [half, half]])
        {
            Should.Throw<OperationCanceledException>(() => _encoder.Encode(batch, new CancellationToken(canceled: true)));
            Encode(batch).Length.ShouldBe(batch.Length);
        }
    }

    [Fact]
    public void Model_that_does_not_pool_is_refused()
    {
        using ILanguageModel chat = _loader.Load(EmotionPrompt.ModelPath, new ModelParameters());
        Should.Throw<ModelLoadException>(() => chat.CreateEncoder(new(new EncoderLimits(256, 16), Threads: 1)))
            .Message.ShouldContain("pooling_type");
    }

    [Fact]
    public void Disposed_encoder_throws_instead_of_crashing()
    {
        _encoder.Dispose();
        _encoder.Dispose();
        Should.Throw<ObjectDisposedException>(() => Encode([[100, 1]]));
    }

    protected virtual void Dispose(bool disposing)
    {
        _encoder.Dispose();
        _model.Dispose();
    }

    private float[][] Encode(int[][] sequences) => _encoder.Encode(sequences, TestContext.Current.CancellationToken);
}
