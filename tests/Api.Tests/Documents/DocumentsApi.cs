using System.Text.Json;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;
using Pipeline.Workers.Embedding;

namespace Pipeline.Api.Tests.Documents;

/// <summary>An API with keys and a real embedding worker beside it, and a scripted chat model, for the tests of one class.</summary>
public sealed class DocumentsApi : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();

    internal ApiHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        Host = await ApiHost.StartAsync(
            _database.ConnectionString,
            pipeline => pipeline.AddEmbeddingWorker().AddJobHandler<CompleteChat, ChatResult, ScriptedChat>(),
            ("Inference:Threads", "1"), ("Inference:CheckMemory", "false"), ("Search:EmbedTimeout", "00:01:00"), ("Ask:SimilarityMin", "0.95"), ("Documents:ChunksMax", "400"), ("Search:WordCandidatesMax", "100"));
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>A client of its own, so that tests do not find each other's documents.</summary>
    internal async Task<ApiClient> NewClientAsync() => Host.Client(await Host.AddKeyAsync($"client-{Guid.CreateVersion7()}"));
}

internal static class DocumentRequests
{
    /// <summary>Adds a document and waits until it is ready.</summary>
    public static async Task<Answer> AddAsync(this ApiClient client, string text, string? title = null, object? metadata = null, string format = "text")
    {
        var body = JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["text"] = text,
            ["title"] = title,
            ["format"] = format,
            ["metadata"] = metadata ?? new Dictionary<string, string>(),
        });
        var answer = await client.PostAsync("/api/documents", body, ("Prefer", "wait=60"));
        if (answer.Status is 202)
        {
            // A long document on a busy machine.
            var id = answer.Id;
            await Eventually.TrueAsync(async () => (answer = await client.GetAsync($"/api/documents/{id}")).State is "ready" or "failed");
        }

        answer.Status.ShouldBe(200, answer.Json.ToString());
        answer.State.ShouldBe("ready", answer.Json.ToString());
        return answer;
    }

    /// <summary>The texts that a search finds, the best first.</summary>
    public static async Task<IReadOnlyList<string>> SearchAsync(this ApiClient client, string query, string more = "")
    {
        var answer = await client.PostAsync("/api/search", $$"""{"query":{{JsonSerializer.Serialize(query)}}{{more}}}""");
        answer.Status.ShouldBe(200, answer.Json.ToString());
        answer.Json.TryGetProperty("degraded", out _).ShouldBeFalse(answer.Json.ToString());
        return [.. answer.Json.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("text").GetString()!)];
    }
}
