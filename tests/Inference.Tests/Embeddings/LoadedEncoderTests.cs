using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Tests.Prompts;

namespace Pipeline.Inference.Tests.Embeddings;

public sealed class LoadedEncoderTests : IAsyncDisposable
{
    private readonly ScriptedEncoder _encoder = new(new(BatchTokens: 64, SequencesMax: 8));
    private readonly LoadedEncoder _loaded;

    public LoadedEncoderTests() => _loaded = new(new FakeLanguageModel(), _encoder, passTokens: 64, queueMax: 2, new(), TimeProvider.System, NullLogger.Instance);

    public ValueTask DisposeAsync() => _loaded.DisposeAsync();

    [Fact]
    public async Task Vectors_come_in_the_order_of_the_texts_with_the_tokens_they_cost()
    {
        string[] texts = [.. Enumerable.Range(1, 30).Select(length => new string('x', length))];
        GeneratedEmbeddings<Embedding<float>> embeddings = await EmbedAsync(texts);
        for (int i = 0; i < texts.Length; i++)
        {
            float[] expected = ScriptedEncoder.VectorOf([.. texts[i].Select(letter => (int)letter), 403]);
            UnitVector.Normalize(expected);
            embeddings[i].Vector.ToArray().ShouldBe(expected);
        }

        embeddings.Usage!.InputTokenCount.ShouldBe(texts.Sum(text => text.Length + 1));
        embeddings[0].ModelId.ShouldBe("fake");
    }

    [Fact]
    public async Task Text_over_the_batch_carries_its_place_and_both_numbers()
    {
        TextTooLongException error = await Should.ThrowAsync<TextTooLongException>(EmbedAsync(["fine", new string('x', 64)]));
        (error.Index, error.Tokens, error.TokensMax).ShouldBe((1, 65, 64));
        error.Message.ShouldBe("Text 1 has 65 tokens; at most 64 are allowed. Split the text or raise Inference:BatchTokens.");
        (await EmbedAsync([new string('x', 63)])).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Caller_who_cancels_is_free_while_the_pass_goes_on()
    {
        using ManualResetEventSlim entered = new();
        using ManualResetEventSlim leave = new();
        _encoder.InPass = () =>
        {
            entered.Set();
            leave.Wait(TestContext.Current.CancellationToken);
        };
        using CancellationTokenSource cancel = new();
        Task waiting = _loaded.EmbedAsync(["a", "b", "c", "d", "e"], RequestPriority.Interactive, owner: null, cancel.Token);
        entered.Wait(TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        leave.Set();
        (await EmbedAsync(["next"])).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Disposing_fails_those_who_wait_and_frees_the_encoder()
    {
        using ManualResetEventSlim entered = new();
        using ManualResetEventSlim leave = new();
        using ScriptedEncoder encoder = new(new(BatchTokens: 64, SequencesMax: 1))
        {
            InPass = () =>
            {
                entered.Set();
                leave.Wait(CancellationToken.None); // Set below, whatever happens.
            },
        };
        LoadedEncoder loaded = new(new FakeLanguageModel(), encoder, passTokens: 64, queueMax: 8, new(), TimeProvider.System, NullLogger.Instance);
        Task waiting = loaded.EmbedAsync(["a", "b"], RequestPriority.Interactive, owner: null, TestContext.Current.CancellationToken);
        entered.Wait(TestContext.Current.CancellationToken);
        Task disposing = loaded.DisposeAsync().AsTask();
        leave.Set();
        await disposing;
        encoder.IsDisposed.ShouldBeTrue();
        (await Should.ThrowAsync<InferenceException>(waiting)).Message.ShouldContain("stopped");
        await Should.ThrowAsync<InferenceException>(loaded.EmbedAsync(["late"], RequestPriority.Interactive, owner: null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Vector_without_a_direction_is_an_error()
    {
        Should.Throw<InferenceException>(() => UnitVector.Normalize(new float[4]));
        Should.Throw<InferenceException>(() => UnitVector.Normalize([1, float.NaN]));
        float[] large = [3e30f, 4e30f];
        UnitVector.Normalize(large);
        large.ShouldBe([0.6f, 0.8f], 1e-6f);
    }

    [Fact]
    public void Cloned_options_keep_the_priority() =>
        new EmbeddingRequestOptions { Priority = RequestPriority.Bulk, ModelId = "m" }.Clone()
            .ShouldBeOfType<EmbeddingRequestOptions>().Priority.ShouldBe(RequestPriority.Bulk);

    private Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(string[] texts) =>
        _loaded.EmbedAsync(texts, RequestPriority.Interactive, owner: null, TestContext.Current.CancellationToken);
}
