using Dapper;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.Api.Tests.Jobs;

public sealed class ResultCacheTests : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private readonly ScriptedEmotion _worker = new() { Fingerprint = "a model, a prompt" };
    private ApiHost _host = null!;
    private ApiClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await StartAsync(_worker);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task The_same_input_gets_the_stored_result_at_once_and_travels_nowhere()
    {
        var computed = await AskAsync("오늘은 좋은 날이다");

        var again = await _client.PostAsync("/api/jobs", """{"kind":"emotion","input":{"text":"오늘은 좋은 날이다"}}""");

        (again.Status, again.State, again.Json.GetProperty("attempt").GetInt32(), IsCached(again)).ShouldBe((200, "succeeded", 0, true));
        again.Json.GetProperty("result").GetRawText().ShouldBe(computed.Json.GetProperty("result").GetRawText());
        again.Json.TryGetProperty("started_at", out _).ShouldBeFalse();
        IsCached(await _client.GetAsync($"/api/jobs/{again.Id}")).ShouldBeTrue();
        IsCached(computed).ShouldBeFalse();
        (await ScalarAsync("select count(*)::int from dispatches")).ShouldBe(0);
        _worker.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task A_client_can_have_its_result_computed_all_the_same()
    {
        await AskAsync("text");

        var again = await AskAsync("text", ""","cache":false""");

        (IsCached(again), _worker.Calls).ShouldBe((false, 2));
        (await _client.PostAsync("/api/emotion", """{"text":"text","cache":"no"}""")).ShouldBlame("cache", "expected a boolean");
    }

    [Fact]
    public async Task Of_several_texts_those_that_are_known_are_answered_and_the_others_computed()
    {
        await AskAsync("known");

        var both = await _client.PostAsync("/api/emotion", """{"texts":["hold new","known"]}""");

        both.Status.ShouldBe(202);
        both.Json.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("state").GetString() is "succeeded").ShouldBe([false, true]);
        _worker.Release("hold new");
    }

    [Fact]
    public async Task A_result_that_would_not_come_out_again_is_not_given_again()
    {
        await AskAsync("vary");

        IsCached(await AskAsync("vary")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_old_result_is_computed_anew()
    {
        var job = await AskAsync("text");
        await ScalarAsync($"update jobs set finished_at = now() - interval '25 hours' where id = '{job.Id}' returning 1");

        IsCached(await AskAsync("text")).ShouldBeFalse();
        IsCached(await AskAsync("text")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_worker_with_another_fingerprint_computes_anew()
    {
        await AskAsync("text");
        await RestartAsync(new ScriptedEmotion { Fingerprint = "another model" });

        IsCached(await AskAsync("text")).ShouldBeFalse();
        IsCached(await AskAsync("text")).ShouldBeTrue();
    }

    [Fact]
    public async Task While_workers_differ_nothing_is_looked_up()
    {
        await AskAsync("text");
        await using var other = await ApiHost.StartAsync(_database.ConnectionString, new ScriptedEmotion());
        await _host.SampleQueuesAsync();

        IsCached(await AskAsync("text")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_result_longer_than_the_limit_is_not_kept()
    {
        await RestartAsync(_worker, ("ResultCache:ResultLengthMax", "100"));
        await AskAsync("text");

        IsCached(await AskAsync("text")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_cache_can_be_off()
    {
        await AskAsync("text");
        await RestartAsync(_worker, ("ResultCache:Enabled", "false"));

        IsCached(await AskAsync("text")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_client_is_never_answered_with_what_another_asked()
    {
        await AskAsync("text");
        var key = await _host.AddKeyAsync("other");
        await RestartAsync(_worker);
        _client = _host.Client(key);

        IsCached(await AskAsync("text")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_job_answered_from_the_cache_sends_its_webhook()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await RestartAsync(_worker, ("Webhooks:AllowPrivateTargets", "true"), ("Webhooks:AllowHttp", "true"));
        await _client.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null);
        await AskAsync("text");

        var cached = await AskAsync("text", $$""","callback_url":"{{receiver.Address}}" """);

        IsCached(cached).ShouldBeTrue();
        (await receiver.NextAsync()).Json.GetProperty("data").GetProperty("id").GetString().ShouldBe(cached.Id);
    }

    private Task<Answer> AskAsync(string text, string fields = "") =>
        _client.PostAsync("/api/emotion", $$"""{"text":"{{text}}"{{fields}}}""", ("Prefer", "wait=60"));

    private static bool IsCached(Answer job)
    {
        job.State.ShouldBe("succeeded", job.Json.ToString());
        return job.Json.TryGetProperty("cached", out var cached) && cached.GetBoolean();
    }

    private async Task StartAsync(ScriptedEmotion worker, params (string, string)[] settings)
    {
        _host = await ApiHost.StartAsync(_database.ConnectionString, worker, settings);
        _client = _host.Client();
        await _host.SampleQueuesAsync();
    }

    private async Task RestartAsync(ScriptedEmotion worker, params (string, string)[] settings)
    {
        _client.Dispose();
        await _host.DisposeAsync();
        await StartAsync(worker, settings);
    }

    private async Task<int> ScalarAsync(string sql)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>(sql);
    }
}
