using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Contracts;
using Pipeline.Core.Queues;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.OpenAi;

/// <summary>Models as workers announce them.</summary>
public sealed class ModelsTests : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private ApiHost _host = null!;
    private ApiClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _host = await ApiHost.StartAsync(_database.ConnectionString, pipeline =>
        {
            ApiHost.AddScriptedWorkers(pipeline, new());
            pipeline.Services.AddSingleton(new KindModelSource(() =>
            [
                new(CompleteChat.Kind, "qwen", 8_192), new(CompleteChat.Kind, "team/llama", 4_096, IsDefault: false), new(GiveFeedback.Kind, "qwen", 8_192), new(EmbedTexts.Kind, "minilm", 512),
            ]));
        });
        await _host.SampleQueuesAsync();
        _client = _host.Client();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Models_are_listed_with_what_they_do_and_hold()
    {
        var models = (await _client.GetAsync("/v1/models")).Json.GetProperty("data").EnumerateArray().ToDictionary(model => model.GetProperty("id").GetString()!);

        models.Keys.ShouldBe(["chat", "embedding", "qwen", "team/llama", "minilm"], ignoreOrder: true);
        Facts(models["qwen"]).ShouldBe(("chat,feedback", 8_192));
        Facts(models["team/llama"]).ShouldBe(("chat", 4_096));
        Facts(models["minilm"]).ShouldBe(("embedding", 512));
        Facts(models["chat"]).ShouldBe(("chat", 4_096)); // What every one of them holds.
        Facts((await _client.GetAsync("/v1/models/team/llama")).Json).ShouldBe(("chat", 4_096));
        (await _client.GetAsync("/v1/models/gpt-4o")).ShouldFail(404, "model_not_found");
    }

    [Theory]
    [InlineData("/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"say one\"}]")]
    [InlineData("/v1/responses", "\"input\":\"say one\"")]
    [InlineData("/v1/completions", "\"prompt\":\"say one\"")]
    public async Task A_request_names_the_model_that_answers(string path, string fields)
    {
        var answer = await _client.PostAsync(path, $$"""{"model":"team/llama",{{fields}}}""");

        (answer.Status, answer.Field("model")).ShouldBe((200, "team/llama"), answer.Text);
        _host.Chat.Jobs.Last().Model.ShouldBe("team/llama");
        await _client.PostAsync(path, $$"""{"model":"chat",{{fields}}}""");
        _host.Chat.Jobs.Last().Model.ShouldBeNull();
        var other = await _client.PostAsync(path, $$"""{"model":"minilm",{{fields}}}""");
        other.ShouldFail(404, "model_not_found").ShouldBe("model");
        other.Json.GetProperty("error").GetProperty("message").GetString()!.ShouldContain("models for chat: chat, qwen, team/llama.");
    }

    private static (string Kinds, int Context) Facts(JsonElement model) =>
        (string.Join(',', model.GetProperty("kinds").EnumerateArray().Select(kind => kind.GetString()).Order()), model.GetProperty("context_length").GetInt32());
}
