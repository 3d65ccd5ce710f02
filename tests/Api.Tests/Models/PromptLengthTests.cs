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
        _api = await SteeredApi.StartAsync(works: false, ("Documents:ChunksMax", "4"), ("Documents:ChunkTokens", "16"), ("Documents:OverlapTokens", "4"));
        var tokens = GgufVocabulary.Read(RepositoryFiles.Path("models", "emotion-mini-q8_0.gguf"))!.Write();
        var id = await _api.Host.Services.GetRequiredService<VocabularyStore>().AddAsync(tokens, TestContext.Current.CancellationToken);
        var models = ((string[])["chat", "feedback", "interview", "report", "embedding"])
            .Select(kind => $$"""{"kind":"{{kind}}","name":"small-{{kind}}","context_tokens":64,"is_default":true,"vocabulary_id":"{{id}}"}""");
        await _api.QueryAsync<int>(Announce, new { Models = $"[{string.Join(',', models)}]" });
        await Eventually.TrueAsync(async () => (await _api.Client.GetAsync("/api/models")).Json.GetProperty("models").GetArrayLength() is 5);
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

    [Theory]
    [InlineData("/api/feedback", """{"user_prompt":"LONG"}""", "user_prompt")]
    [InlineData("/api/feedback", """{"question":"Why?","answer":"LONG"}""", "answer")]
    [InlineData("/api/feedback", """{"question":"LONG LONG","answer":"LONG"}""", "question")]
    [InlineData("/api/interview/step", """{"messages":[{"role":"user","content":"LONG"}]}""", "messages")]
    [InlineData("/api/interview/step", """{"topic":"Trade","phase":"deep","history":[{"question":"Why?","answer":"LONG"}],"question":"And?","answer":"So."}""", "history")]
    [InlineData("/api/report", """{"user_prompt":"LONG"}""", "user_prompt")]
    [InlineData("/api/report", """{"items":[{"question":"Why?","answer":"LONG"}]}""", "items[0]")]
    [InlineData("/api/embeddings", """{"texts":["LONG"]}""", "texts[0]")]
    [InlineData("/api/embeddings", """{"texts":["LONG","LONG LONG"]}""", "texts[1]")]
    public async Task So_is_what_another_kind_could_not_take(string path, string body, string field)
    {
        var refused = await _api.Client.PostAsync(path, body.Replace("LONG", Words(100), StringComparison.Ordinal));

        refused.ShouldBeProblem(400, "context-length-exceeded");
        refused.Json.GetProperty("errors").GetProperty(field)[0].GetString()!.ShouldContain("more than");
        (await _api.QueryAsync<int>("select count(*)::int from jobs")).ShouldBe(0);
    }

    [Fact]
    public async Task One_text_that_is_too_long_does_not_refuse_its_neighbours()
    {
        (await _api.Client.PostAsync("/api/embeddings", $$"""{"texts":["short","{{Words(100)}}"]}""")).Status.ShouldBe(202);
        (await _api.Client.PostAsync("/api/feedback", """{"user_prompt":"short"}""")).Status.ShouldBe(202);
    }

    [Fact]
    public async Task A_document_of_more_chunks_than_it_may_have_is_refused_by_the_name_of_its_text()
    {
        (await _api.Client.PostAsync("/api/documents", $$"""{"text":"{{Words(100)}}"}""")).ShouldBlame("text", "more than 4 chunks of 16 tokens, the most of a document (Documents:ChunksMax)");
        (await _api.Client.PostAsync("/api/documents", """{"text":"Few words."}""")).Status.ShouldBe(202);
        (await _api.Client.PostAsync("/api/documents", $$"""{"text":"Few words.{{string.Concat(Enumerable.Repeat(@"\n", 2_000))}}And a line."}""")).Status.ShouldBe(202);
    }

    private static string Words(int count) => string.Join(' ', Enumerable.Range(0, count).Select(i => $"word{i}"));
}
