using System.Diagnostics;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

public sealed class EmbeddingTests(ITestOutputHelper output)
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Related_texts_are_nearer_than_unrelated_ones_within_and_across_languages()
    {
        await using EmbeddingEngine engine = await LoadAsync();
        foreach ((string text, string related, string unrelated) in EmbeddingTexts.Triples)
        {
            float[][] vectors = await EmbedAsync(engine, text, related, unrelated);
            (double near, double far) = (EmbeddingTexts.Cosine(vectors[0], vectors[1]), EmbeddingTexts.Cosine(vectors[0], vectors[2]));
            output.WriteLine($"{near:F3} {far:F3} {text}");
            near.ShouldBeGreaterThan(far);
        }
    }

    [Fact]
    public async Task Concurrent_callers_get_the_vectors_of_one_at_a_time_and_unit_length()
    {
        await using EmbeddingEngine engine = await LoadAsync();
        string[] texts = [.. Enumerable.Range(0, 100).Select(i => string.Join(' ', Enumerable.Repeat($"{EmbeddingTexts.All[i % EmbeddingTexts.All.Count]} {i}", 1 + (i % 7))))];
        float[][][] together = await Task.WhenAll(texts.Select(text => EmbedAsync(engine, text)));
        for (int i = 0; i < texts.Length; i++)
        {
            float[] alone = (await EmbedAsync(engine, texts[i]))[0];
            EmbeddingTexts.Cosine(alone, together[i][0]).ShouldBeGreaterThan(1 - 1e-3);
            alone.Sum(value => (double)value * value).ShouldBe(1, 1e-5);
        }
    }

    [Theory]
    [InlineData("😀")]
    [InlineData("\u0001")]
    [InlineData("…")]
    [InlineData(" ")]
    [InlineData("<|im_end|>")]
    [InlineData("\uD83D")] // Half a character.
    [InlineData("ﷺ")]
    public async Task Odd_texts_have_a_direction_too(string text)
    {
        await using EmbeddingEngine engine = await LoadAsync();
        (await EmbedAsync(engine, text))[0].Sum(value => (double)value * value).ShouldBe(1, 1e-5);
    }

    [Fact]
    public async Task Too_long_text_is_refused_with_its_length_and_the_engine_goes_on()
    {
        await using EmbeddingEngine engine = await LoadAsync();
        TextTooLongException error = await Should.ThrowAsync<TextTooLongException>(
            EmbedAsync(engine, "short", string.Join(' ', Enumerable.Repeat("word", 2_000))));
        (error.Index, error.TokensMax).ShouldBe((1, 512));
        error.Tokens.ShouldBeGreaterThan(2_000);
        (await EmbedAsync(engine, "short")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Bad_requests_say_what_is_wrong()
    {
        await using EmbeddingEngine engine = TestEngine.CreateEmbeddings();
        Should.Throw<InferenceException>(() => EmbedAsync(engine, "early")).Message.ShouldContain("LoadAsync");
        await engine.LoadAsync(EmbeddingTexts.ModelPath, _cancel);
        Should.Throw<ArgumentException>(() => EmbedAsync(engine, new string[EmbeddingEngine.TextsMax + 1])).Message.ShouldContain("4097 texts");
        Should.Throw<ArgumentException>(() => engine.GenerateAsync(["x"], new() { Dimensions = 3 }, _cancel)).Message.ShouldContain("gives 256");
        await Should.ThrowAsync<InvalidOperationException>(engine.LoadAsync(EmbeddingTexts.ModelPath, _cancel));
    }

    [Fact]
    public async Task Metadata_names_the_model_and_its_dimensions()
    {
        await using EmbeddingEngine engine = await LoadAsync();
        EmbeddingGeneratorMetadata metadata = engine.GetRequiredService<EmbeddingGeneratorMetadata>();
        (metadata.DefaultModelId, metadata.DefaultModelDimensions).ShouldBe((engine.Model!.Name, 256));
        engine.GetService<EmbeddingEngine>().ShouldBe(engine);
    }

    [Fact]
    public async Task Chat_model_is_refused_with_a_remedy()
    {
        await using EmbeddingEngine engine = TestEngine.CreateEmbeddings();
        ModelLoadException error = await Should.ThrowAsync<ModelLoadException>(engine.LoadAsync(EmotionPrompt.ModelPath, _cancel));
        error.Remedy.ShouldContain("embedding model");
    }

    [Fact]
    public async Task Both_engines_work_in_one_process()
    {
        await using LocalModel scoring = await TestEngine.LoadAsync();
        await using EmbeddingEngine embedding = await LoadAsync();
        Task<LabelScores>[] scores = [.. Enumerable.Range(0, 50).Select(i => scoring.ScoreAsync(EmotionPrompt.For($"so happy {i}"), _cancel))];
        Task<float[][]>[] vectors = [.. Enumerable.Range(0, 50).Select(i => EmbedAsync(embedding, $"so happy {i}"))];
        await Task.WhenAll(scores);
        (await Task.WhenAll(vectors)).ShouldAllBe(vector => vector[0].Length == 256);
    }

    [Fact]
    public async Task Thousand_texts_of_one_call_all_come_back()
    {
        await using EmbeddingEngine engine = await LoadAsync();
        string[] texts = [.. Enumerable.Range(0, 1_024).Select(i => $"{EmbeddingTexts.All[i % EmbeddingTexts.All.Count]} {i}")];
        (TimeSpan cpu, long start) = (CpuTime(), Stopwatch.GetTimestamp());
        GeneratedEmbeddings<Embedding<float>> all = await engine.GenerateAsync(texts, null, _cancel);
        output.WriteLine(
            $"{texts.Length / Stopwatch.GetElapsedTime(start).TotalSeconds:F0} texts/s, {texts.Length / (CpuTime() - cpu).TotalSeconds:F0} per CPU second, {all.Usage!.InputTokenCount / texts.Length} tokens each");
        all.Count.ShouldBe(texts.Length);
    }

    private static TimeSpan CpuTime()
    {
        using Process process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private async Task<EmbeddingEngine> LoadAsync()
    {
        EmbeddingEngine engine = TestEngine.CreateEmbeddings();
        await engine.LoadAsync(EmbeddingTexts.ModelPath, _cancel);
        return engine;
    }

    private async Task<float[][]> EmbedAsync(EmbeddingEngine engine, params string[] texts) =>
        [.. (await engine.GenerateAsync(texts, null, _cancel)).Select(embedding => embedding.Vector.ToArray())];
}
