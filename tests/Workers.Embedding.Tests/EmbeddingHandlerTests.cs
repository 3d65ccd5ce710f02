using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;
using Pipeline.Workers.Embedding.Documents;

namespace Pipeline.Workers.Embedding.Tests;

public sealed class EmbeddingHandlerTests : IDisposable
{
    private readonly ScriptedGenerator _generator = new(tokensMax: 10);

    public void Dispose() => _generator.Dispose();

    [Fact]
    public async Task Vectors_come_in_the_order_of_the_texts()
    {
        var result = await SucceedAsync(JobPriority.Interactive, "aaa", "b", "aaaabbb");

        result.Embeddings.ShouldBe([[1, 0], [0, 1], [0.8f, 0.6f]]);
        (result.Dimensions, result.Model).ShouldBe((2, "scripted"));
        result.Usage.ShouldBe(new TokenUsage(11, 0, 0));
        result.Timings.QueuedMs.ShouldBe(1_500);
    }

    [Theory]
    [InlineData(JobPriority.Interactive, RequestPriority.Interactive)]
    [InlineData(JobPriority.Bulk, RequestPriority.Bulk)]
    public async Task Priority_of_the_job_is_that_of_its_texts(JobPriority job, RequestPriority request)
    {
        await SucceedAsync(job, "a");

        _generator.Options.Single().ShouldBeOfType<EmbeddingRequestOptions>().Priority.ShouldBe(request);
    }

    [Fact]
    public async Task Long_text_is_embedded_in_pieces_and_their_mean_taken()
    {
        var result = await SucceedAsync(JobPriority.Interactive, "aaaa aaaa aaaa aaaa bbbb bbbb bbbb bbbb");

        _generator.Requests[^1].ShouldAllBe(piece => piece.Length <= 10);
        string.Join(' ', _generator.Requests[^1]).ShouldBe("aaaa aaaa aaaa aaaa bbbb bbbb bbbb bbbb");
        var vector = result.Embeddings.Single()!;
        vector.Sum(value => value * value).ShouldBe(1, 1e-5);
        vector[0].ShouldBe(vector[1], 0.3);
        result.Usage.PromptTokens.ShouldBeInRange(30, 39);
    }

    [Fact]
    public async Task Text_over_the_limit_is_rejected_with_its_place_and_both_numbers()
    {
        var outcome = await HandleAsync(JobPriority.Interactive, new string('a', 300));

        outcome.ShouldBeOfType<JobOutcome.Rejected>().Reason.ShouldBe(
            "texts[0] has 300 tokens; Kinds:Embedding:InputTokensMax is 200. Split it or raise the limit.");
        _generator.Requests.Count.ShouldBe(1); // Told before any piece was computed.
    }

    [Fact]
    public async Task Its_neighbours_are_embedded_all_the_same()
    {
        var result = await SucceedAsync(JobPriority.Interactive, "a", new string('a', 300), "b");

        result.Embeddings.Select(vector => vector?.Length).ShouldBe([2, null, 2]);
        result.Problems.ShouldNotBeNull().ShouldHaveSingleItem().ShouldBe(
            new TextProblem(1, "texts[1] has 300 tokens; Kinds:Embedding:InputTokensMax is 200. Split it or raise the limit."));
    }

    [Fact]
    public async Task A_model_that_allows_it_gives_fewer_numbers_of_length_1_again()
    {
        var outcome = await Create(dimensionsMin: 1).HandleAsync(
            new() { Texts = ["aaaabbb"], Dimensions = 1 }, Context(JobPriority.Interactive), TestContext.Current.CancellationToken);

        var result = JsonSerializer.Deserialize(outcome.ShouldBeOfType<JobOutcome.Succeeded>().ResultJson, EmbedTexts.ResultJson)!;
        (result.Dimensions, result.Embeddings.Single()!.Single()).ShouldBe((1, 1f));
    }

    [Theory]
    [InlineData(null, 1, "this model has 2")]
    [InlineData(null, 3, "this model has 2")]
    [InlineData(2, 1, "send 2 to 2")]
    [InlineData(9, 1, "send 2 to 2")]
    public async Task Other_dimensions_are_rejected_with_what_to_do(int? dimensionsMin, int dimensions, string reason)
    {
        var outcome = await Create(dimensionsMin).HandleAsync(
            new() { Texts = ["a"], Dimensions = dimensions }, Context(JobPriority.Interactive), TestContext.Current.CancellationToken);

        outcome.ShouldBeOfType<JobOutcome.Rejected>().Reason.ShouldContain(reason);
    }

    [Fact]
    public async Task Repeated_text_costs_no_pass_and_says_so()
    {
        var handler = Create();
        await SucceedAsync(handler, "aaa", "b");
        _generator.Requests.Clear();

        var result = await SucceedAsync(handler, "b", "new", "aaa");

        _generator.Requests.Single().ShouldBe(["new"]);
        result.Embeddings.ShouldBe([[0, 1], [0, 1], [1, 0]]);
        result.Usage.ShouldBe(new TokenUsage(7, 4, 0));
    }

    [Fact]
    public async Task Vectors_of_two_models_never_stand_in_one_result()
    {
        var handler = Create();
        await SucceedAsync(handler, "a");
        _generator.Model = "another";

        await Should.ThrowAsync<InferenceException>(() => SucceedAsync(handler, "a", "b"));

        // The retry computes everything anew.
        (await SucceedAsync(handler, "a", "b")).Model.ShouldBe("another");
    }

    [Fact]
    public async Task Cancellation_passes()
    {
        var handler = Create();
        await Should.ThrowAsync<OperationCanceledException>(
            handler.HandleAsync(new() { Texts = ["a"] }, Context(JobPriority.Interactive), new CancellationToken(canceled: true)));
    }

    private async Task<EmbeddingResult> SucceedAsync(JobPriority priority, params string[] texts) =>
        Read(await HandleAsync(priority, texts));

    private static async Task<EmbeddingResult> SucceedAsync(EmbeddingHandler handler, params string[] texts) =>
        Read(await handler.HandleAsync(new() { Texts = texts }, Context(JobPriority.Interactive), TestContext.Current.CancellationToken));

    private static EmbeddingResult Read(JobOutcome outcome) =>
        JsonSerializer.Deserialize(outcome.ShouldBeOfType<JobOutcome.Succeeded>().ResultJson, EmbedTexts.ResultJson)!;

    private Task<JobOutcome> HandleAsync(JobPriority priority, params string[] texts) =>
        Create().HandleAsync(new() { Texts = texts }, Context(priority), TestContext.Current.CancellationToken);

    private EmbeddingHandler Create(int? dimensionsMin = null)
    {
        var options = Options.Create(new EmbeddingOptions { InputTokensMax = 200, DimensionsMin = dimensionsMin });
        return new(new LongTextEmbedder(_generator, options), new VectorCache(options), new ServedModel(), options, TimeProvider.System);
    }

    private static JobContext Context(JobPriority priority) =>
        new() { JobId = Guid.CreateVersion7(), Attempt = 1, Priority = priority, Queued = TimeSpan.FromSeconds(1.5) };
}
