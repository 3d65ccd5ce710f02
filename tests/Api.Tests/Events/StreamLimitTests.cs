using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Events;

public sealed class StreamLimitTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Chat = """{"messages":[{"role":"user","content":"hold on"}],"stream":true}""";

    [Fact]
    public async Task No_more_streams_are_open_than_allowed()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, new ScriptedEmotion(), ("Api:StreamsMax", "1"));
        using var client = host.Client();
        string job;
        var before = await CountAsync(client); // The other test may have run first.
        await using (var only = await client.OpenAsync(HttpMethod.Post, "/api/chat/completions", Chat))
        {
            await only.NextAsync("tokens");
            job = only.Location!.ToString();

            var refused = await client.PostAsync("/api/chat/completions", Chat);
            refused.ShouldBeProblem(429, "too-many-streams").Says("Api:StreamsMax");
            refused.Headers["Retry-After"].ShouldBe("5");
            (await client.GetAsync($"{job}/events")).ShouldBeProblem(429, "too-many-streams");
            (await CountAsync(client)).ShouldBe(before + 1);
        }

        host.Chat.Release("hold on");
        await TestSupport.Pipelines.Eventually.TrueAsync(async () => (await client.GetAsync($"{job}/events", ("Last-Event-ID", "1-7"))).Status == 200);
    }

    [Fact]
    public async Task A_stream_ends_after_its_time_and_its_job_does_not()
    {
        await using var host = await ApiHost.StartAsync(
            database.ConnectionString, new ScriptedEmotion(), ("Api:StreamDurationMax", "00:00:01"), ("Api:StreamKeepAlive", "00:00:01"));
        using var client = host.Client();
        await using var stream = await client.OpenAsync(HttpMethod.Post, "/api/chat/completions?on_disconnect=cancel", Chat);

        (await stream.RestAsync()).ShouldNotContain(item => item.Name == "end");

        host.Chat.Release("hold on");
        (await client.GetAsync(stream.Location!.ToString(), ("Prefer", "wait=60"))).State.ShouldBe("succeeded");
    }

    private static async Task<int> CountAsync(ApiClient client) => (await client.GetAsync("/api/jobs")).Json.GetProperty("jobs").GetArrayLength();
}
