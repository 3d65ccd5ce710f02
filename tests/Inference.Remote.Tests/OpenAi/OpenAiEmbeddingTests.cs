using Microsoft.Extensions.AI;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Remote.OpenAi;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Inference.Servers;

namespace Pipeline.Inference.Remote.Tests.OpenAi;

public sealed class OpenAiEmbeddingTests : EmbeddingGeneratorConformance, IAsyncLifetime
{
    private const int BatchMax = 2;

    private OpenAiServer? _server;
    private OpenAiEmbeddingGenerator? _generator;

    protected override IEmbeddingGenerator<string, Embedding<float>> Generator => _generator!;

    public async ValueTask InitializeAsync()
    {
        _server = await OpenAiServer.StartAsync(embeddings: new ScriptedEmbeddings());
        _generator = new(Endpoints.Of(_server), BatchMax, TimeProvider.System);
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    [Fact]
    public async Task Many_texts_go_in_batches_and_come_back_in_order()
    {
        string[] texts = ["a", "bb", "ccc", "dddd", "가나다"];

        var embeddings = await _generator!.GenerateAsync(texts, options: null, TestContext.Current.CancellationToken);

        _server!.Requests.Select(body => body.GetProperty("input").GetArrayLength()).ShouldBe([2, 2, 1]);
        embeddings.Usage!.InputTokenCount.ShouldBe(texts.Sum(text => text.Length));
        for (int i = 0; i < texts.Length; i++)
        {
            (await _generator.GenerateAsync([texts[i]]))[0].Vector.ToArray().ShouldBe(embeddings[i].Vector.ToArray());
        }
    }

    [Fact]
    public async Task Dimensions_and_model_are_asked_for()
    {
        var embeddings = await _generator!.GenerateAsync(["text"], new() { Dimensions = 3, ModelId = "small" }, TestContext.Current.CancellationToken);

        embeddings[0].Dimensions.ShouldBe(3);
        embeddings[0].ModelId.ShouldBe("small");
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_named()
    {
        TextTooLongException e = await Should.ThrowAsync<TextTooLongException>(
            () => _generator!.GenerateAsync(["a", "b", "c", new string('d', 101)], options: null, TestContext.Current.CancellationToken));

        (e.Index, e.Tokens, e.TokensMax).ShouldBe((3, 101, 100));
    }

    [Fact]
    public async Task A_server_with_fewer_vectors_than_texts_is_refused()
    {
        _server!.Fault = new Fault.Refuses(200, """{"object":"list","model":"m","data":[],"usage":{"prompt_tokens":1,"total_tokens":1}}""");

        (await Should.ThrowAsync<RemoteException>(() => _generator!.GenerateAsync(["text"], options: null, TestContext.Current.CancellationToken)))
            .Message.ShouldContain("0 embeddings for 1 texts");
    }

    [Fact]
    public async Task Vectors_written_as_numbers_are_read_as_well()
    {
        _server!.Fault = new Fault.Refuses(200, """{"object":"list","model":"m","data":[{"object":"embedding","index":0,"embedding":[3,4]}],"usage":{"prompt_tokens":1,"total_tokens":1}}""");

        (await _generator!.GenerateAsync(["text"], options: null, TestContext.Current.CancellationToken))[0].Vector.ToArray().ShouldBe([0.6f, 0.8f], 1e-6);
    }
}
