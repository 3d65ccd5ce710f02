using Pipeline.Inference.Embeddings;
using Shouldly;
using Xunit;

namespace Pipeline.TestSupport.Inference;

/// <summary>What every embedding encoder must do. A backend's tests derive from this and give a small model, which is disposed here.</summary>
public abstract class EncoderConformance : IDisposable
{
    private const double CosineMin = 1 - 1e-3; // Other batch shapes take other kernels; the quantized ones differ in the last bits.
    private readonly string _controlToken;

    /// <param name="controlToken">Text of a token that no text of a user may become.</param>
    protected EncoderConformance(IEmbeddingModel model, string controlToken)
    {
        (Model, _controlToken) = (model, controlToken);
        Encoder = Model.CreateEncoder(new(new EncoderLimits(BatchTokens: 256, SequencesMax: 16), Threads: 2, Parts: 2));
    }

    protected IEmbeddingModel Model { get; }

    protected IEmbeddingEncoder Encoder { get; }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Input_is_the_text_within_the_tokens_of_the_model()
    {
        int[] plain = Model.Tokenize("오늘 정말 행복해요.");
        int[] input = Model.TokenizeInput("오늘 정말 행복해요.");
        int around = Model.TokenizeInput("").Length;

        input.Length.ShouldBe(plain.Length + around);
        input.AsSpan().IndexOf(plain).ShouldBeInRange(0, around);
        Model.TokenizeInput(_controlToken).Length.ShouldBeGreaterThan(around + 1); // Text, not one control token.
    }

    [Fact]
    public void Batch_gives_the_vectors_of_single_passes_in_any_order()
    {
        int tokens = 0;
        int[][] texts =
        [
            .. EmbeddingTexts.All.Concat(EmbeddingTexts.Triples.Select(triple => triple.Text + triple.Related)).Select(Model.TokenizeInput)
                .TakeWhile(text => (tokens += text.Length) <= Encoder.Limits.BatchTokens),
        ];
        texts.Sum(text => text.Length).ShouldBeGreaterThan(128, "enough to be divided");
        float[][] batch = Encode(texts);
        float[][] reversed = [.. Encode([.. texts.Reverse()]).Reverse()];
        for (int i = 0; i < texts.Length; i++)
        {
            float[] alone = Encode([texts[i]])[0];
            alone.Length.ShouldBe(Encoder.Dimensions);
            EmbeddingTexts.Cosine(alone, batch[i]).ShouldBeGreaterThan(CosineMin);
            EmbeddingTexts.Cosine(reversed[i], batch[i]).ShouldBeGreaterThan(CosineMin);
        }
    }

    [Fact]
    public void Full_batches_are_taken_again_and_again()
    {
        int[] full = [.. Enumerable.Range(0, Encoder.Limits.BatchTokens).Select(i => 100 + i)];
        float[] first = Encode([full])[0];
        for (int i = 0; i < 3; i++)
        {
            EmbeddingTexts.Cosine(first, Encode([full])[0]).ShouldBeGreaterThan(CosineMin);
        }

        Encode([.. Enumerable.Repeat<int[]>([100, 1], Encoder.Limits.SequencesMax)]).Length.ShouldBe(Encoder.Limits.SequencesMax);
    }

    [Fact]
    public void Broken_limits_throw_before_native_code_sees_them()
    {
        Should.Throw<ArgumentException>(() => Encode([]));
        Should.Throw<ArgumentException>(() => Encode([[]]));
        Should.Throw<ArgumentException>(() => Encode([new int[Encoder.Limits.BatchTokens + 1]]));
        Should.Throw<ArgumentException>(() => Encode([[1], new int[Encoder.Limits.BatchTokens]]));
        Should.Throw<ArgumentException>(() => Encode([[Model.Info.VocabularySize]]));
        Should.Throw<ArgumentException>(() => Encode([[-1]]));
        Should.Throw<ArgumentException>(() => Encode([.. Enumerable.Repeat<int[]>([1], Encoder.Limits.SequencesMax + 1)]));
        Encode([[100, 1]]).Length.ShouldBe(1);
    }

    [Fact]
    public void Canceled_pass_throws_and_the_next_one_works()
    {
        int[] half = [.. Enumerable.Range(0, Encoder.Limits.BatchTokens / 2).Select(i => 100 + i)];
        foreach (int[][] batch in (int[][][])[[[100, 1]], [half, half]])
        {
            Should.Throw<OperationCanceledException>(() => Encoder.Encode(batch, new CancellationToken(canceled: true)));
            Encode(batch).Length.ShouldBe(batch.Length);
        }
    }

    [Fact]
    public void Disposed_encoder_throws_instead_of_crashing()
    {
        Encoder.Dispose();
        Encoder.Dispose();
        Should.Throw<ObjectDisposedException>(() => Encode([[100, 1]]));
    }

    protected virtual void Dispose(bool disposing)
    {
        Encoder.Dispose();
        Model.Dispose();
    }

    private float[][] Encode(int[][] sequences) => Encoder.Encode(sequences, TestContext.Current.CancellationToken);
}
