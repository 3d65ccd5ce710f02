using Microsoft.Extensions.AI;
using Pipeline.Client.Ai;
using Pipeline.Contracts;

namespace Pipeline.Client.Tests.Ai;

public sealed class EmbeddingGeneratorTests(PipelineServer server)
{
    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator = server.Client.AsEmbeddingGenerator(JobOptions.Default);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task More_texts_than_a_job_holds_keep_their_order()
    {
        string[] texts = [.. Enumerable.Range(0, EmbedTexts.TextsMax + 6).Select(number => $"Text number {number}")];

        var all = await _generator.GenerateAsync(texts, options: null, Cancellation);
        var last = await _generator.GenerateAsync([texts[^1]], options: null, Cancellation);

        all.Count.ShouldBe(texts.Length);
        all.Usage!.InputTokenCount.ShouldNotBeNull().ShouldBeGreaterThan(texts.Length);
        all[^1].Vector.ToArray().ShouldBe(last[0].Vector.ToArray(), tolerance: 1e-3f);
    }

    [Fact]
    public async Task Vectors_can_be_shorter() =>
        (await _generator.GenerateAsync(["a"], new() { Dimensions = 64 }, Cancellation))[0].Vector.Length.ShouldBe(64);

    [Fact]
    public async Task A_text_that_cannot_be_embedded_is_named() =>
        (await Should.ThrowAsync<PipelineException>(() => _generator.GenerateAsync(["a", " "], options: null, Cancellation))).Message.ShouldContain("input.texts[1]");
}
