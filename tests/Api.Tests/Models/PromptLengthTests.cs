using Microsoft.Extensions.DependencyInjection;
using Pipeline.Api.Tests.Steering;
using Pipeline.Core.Queues;
using Pipeline.Inference.Vocabularies;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Models;

/// <summary>Prompts that no worker could take are refused before they are accepted, counted with the tokens that workers announce.</summary>
public sealed class PromptLengthTests : IAsyncLifetime
{
    private const string Announce = """
        insert into workers (id, host, queues, slots, ready, lease_until, models, model_files)
        values (gen_random_uuid(), 'gpu-1:1', '{chat}', '{8}', true, now() + interval '5 minutes', @Models::json, '[]') returning 1
        """;

    private SteeredApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await SteeredApi.StartAsync(works: false);
        var tokens = GgufVocabulary.Read(RepositoryFiles.Path("models", "emotion-mini-q8_0.gguf"))!.Write();
        var id = await _api.Host.Services.GetRequiredService<VocabularyStore>().AddAsync(tokens, TestContext.Current.CancellationToken);
        await _api.QueryAsync<int>(Announce, new { Models = $$"""[{"kind":"chat","name":"small","context_tokens":64,"is_default":true,"vocabulary_id":"{{id}}"}]""" });
        await Eventually.TrueAsync(async () => (await _api.Client.GetAsync("/api/models")).Json.GetProperty("models").GetArrayLength() is 1);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_batch_with_a_prompt_that_is_too_long_for_every_worker_names_the_item()
    {
        var items = $$"""[{"messages":[{"role":"user","content":"Short."}]},{"messages":[{"role":"user","content":"{{Words(100)}}"}]}]""";

        var refused = await _api.Client.PostAsync("/api/jobs/batch?kind=chat", items);

        refused.Status.ShouldBe(400, refused.Text);
        refused.Json.GetProperty("type").GetString()!.ShouldEndWith("context-length-exceeded");
        refused.Json.GetProperty("errors").GetProperty("items[1].messages")[0].GetString()!.ShouldContain("more than 63 tokens");
        (await _api.QueryAsync<int>("select count(*)::int from jobs")).ShouldBe(0);
    }

    [Theory]
    [InlineData(100, 400)]
    [InlineData(5, 202)]
    public async Task A_chat_that_is_too_long_for_every_worker_is_refused(int words, int status) =>
        (await _api.Client.PostAsync("/api/chat/completions", $$"""{"messages":[{"role":"user","content":"{{Words(words)}}"}]}""")).Status.ShouldBe(status);

    private static string Words(int count) => string.Join(' ', Enumerable.Range(0, count).Select(i => $"word{i}"));
}
