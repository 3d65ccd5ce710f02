using Pipeline.Api.Tests.Hosting;
using Pipeline.Api.Tests.OpenAi;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Limits;

public sealed class LimitTests : IAsyncLifetime
{
    private readonly MovableTime _time = new();
    private readonly ScriptedEmotion _worker = new();
    private PostgresDatabase? _database;
    private ApiHost? _api;
    private ApiClient? _admin;

    private ApiHost Api => _api!;

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        _api = await ApiHost.StartAsync(_database.ConnectionString, _worker, _time);
        _admin = _api.Client(await _api.AddKeyAsync("first"));
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task Limits_are_set_one_by_one_shown_and_taken_away()
    {
        using var web = await AddAsync("""{"limits":{"requests_per_minute":60,"tokens_per_month":5000000000}}""");
        await PatchAsync("""{"limits":{"batch_jobs":100,"requests_per_minute":null}}""");

        const string Both = """{"tokens_per_month":5000000000,"batch_jobs":100}""";
        (await _admin!.GetAsync("/api/keys")).Json.GetProperty("keys")[0].GetProperty("limits").ToString().ShouldBe(Both);
        (await web.GetAsync("/api/keys/me")).Json.GetProperty("limits").ToString().ShouldBe(Both);
        (await PatchAsync("""{"limits":{"batch_jobs":null,"tokens_per_month":null}}""")).Json.TryGetProperty("limits", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_client_that_sends_too_many_requests_is_told_when_to_come_back()
    {
        using var web = await AddAsync("""{"limits":{"requests_per_minute":2}}""");

        // Minutes are those of the clock.
        _time.Advance(TimeSpan.FromTicks(TimeSpan.TicksPerMinute - (_time.GetUtcNow().UtcTicks % TimeSpan.TicksPerMinute)));
        var first = await web.GetAsync("/api/jobs");
        (first.Status, first.Headers["RateLimit-Policy"]).ShouldBe((200, "\"requests_per_minute\";q=2;w=60"));
        first.Headers["RateLimit"].ShouldMatch("^\"requests_per_minute\";r=1;t=(60|[1-5][0-9])$");

        // Whatever the answer, it counts, and says so.
        (await web.GetAsync("/api/keys")).ShouldBeProblem(403, "forbidden").Headers["RateLimit"].ShouldStartWith("\"requests_per_minute\";r=0;t=");

        var refused = await web.GetAsync("/api/jobs");
        refused.ShouldBeProblem(429, "limit-reached").Says("requests_per_minute of 'web' is used up: 2 requests in this minute");
        refused.Json.GetProperty("limit").ToString().ShouldBe("""{"name":"requests_per_minute","current":2,"max":2}""");
        int.Parse(refused.Headers["Retry-After"], null).ShouldBeInRange(1, 60);
        refused.Headers["RateLimit"].ShouldStartWith("\"requests_per_minute\";r=0;t=");
        (await web.GetAsync("/v1/models")).Json.GetProperty("error").GetProperty("code").GetString().ShouldBe("limit_reached");
        (await _admin!.GetAsync("/api/jobs")).Headers.ShouldNotContainKey("RateLimit-Policy");

        _time.Advance(TimeSpan.FromMinutes(1));

        (await web.GetAsync("/api/jobs")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_budget_is_told_reserved_and_settled()
    {
        // {"text":"hold 1"} is expected to take 6 tokens, and takes 1.
        using var web = await AddAsync("""{"limits":{"tokens_per_day":14,"tokens_per_month":1000}}""");
        var first = await web.PostAsync("/api/emotion", """{"text":"hold 1"}""");
        first.Status.ShouldBe(202);
        first.Headers["RateLimit"].ShouldStartWith("\"tokens_per_day\";r=8;t=");
        first.Headers["RateLimit-Policy"].ShouldMatch("^\"tokens_per_day\";q=14;qu=\"tokens\";w=86400, \"tokens_per_month\";q=1000;qu=\"tokens\";w=2[0-9]{6}$");
        (await web.PostAsync("/api/emotion", """{"text":"hold 2"}""")).Status.ShouldBe(202);

        var refused = await web.PostAsync("/api/emotion", """{"text":"hold 3"}""");

        refused.ShouldBeProblem(429, "limit-reached").Says("tokens_per_day of 'web' is used up: 12 of 14 tokens");
        refused.Json.GetProperty("limit").ToString().ShouldBe("""{"name":"tokens_per_day","current":12,"max":14}""");
        refused.Headers["RateLimit"].ShouldMatch("^\"tokens_per_day\";r=2;t=[0-9]+, \"tokens_per_month\";r=988;t=[0-9]+$");
        int.Parse(refused.Headers["Retry-After"], null).ShouldBeInRange(1, 86_400);
        (await web.PostLinesAsync("/api/jobs/batch?kind=emotion", ["""{"text":"hold 4"}"""])).ShouldBeProblem(429, "limit-reached");

        _worker.Release("hold 1");
        (await web.GetAsync($"/api/jobs/{first.Id}", ("Prefer", "wait=30"))).State.ShouldBe("succeeded");
        (await web.PostAsync("/api/emotion", """{"text":"hold 3"}""")).Status.ShouldBe(202);
    }

    [Fact]
    public async Task A_retry_that_the_budget_does_not_hold_is_refused()
    {
        using var web = await AddAsync("""{"limits":{"tokens_per_day":6}}""");
        var first = await web.PostAsync("/api/emotion", """{"text":"hold 1"}""");
        await web.DeleteAsync($"/api/jobs/{first.Id}");
        (await web.PostAsync("/api/emotion", """{"text":"hold 2"}""")).Status.ShouldBe(202);

        (await web.SendAsync(HttpMethod.Post, $"/api/jobs/{first.Id}/retry", null)).ShouldBeProblem(429, "limit-reached").Says("tokens_per_day");
    }

    [Fact]
    public async Task A_retry_of_many_jobs_leaves_those_that_the_budget_does_not_hold()
    {
        using var web = await AddAsync("""{"limits":{"tokens_per_day":12}}""");
        foreach (var text in (string[])["hold 1", "hold 2"])
        {
            await web.DeleteAsync($"/api/jobs/{(await web.PostAsync("/api/emotion", $$"""{"text":"{{text}}"}""")).Id}");
        }

        (await web.PostAsync("/api/emotion", """{"text":"hold 3"}""")).Status.ShouldBe(202);

        var action = await web.PostAsync("/api/jobs/retry", """{"states":["canceled"]}""");
        await Eventually.TrueAsync(async () => (action = await web.GetAsync($"/api/jobs/actions/{action.Id}")).State is "done");

        (action.Json.GetProperty("changed").GetInt64(), action.Json.GetProperty("refused").GetInt64()).ShouldBe((1, 1));
        (await web.GetAsync("/api/jobs?state=canceled")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_batch_of_a_file_is_retried_when_the_budget_holds_all_of_its_lines()
    {
        using var web = await AddAsync("""{"limits":{"tokens_per_day":12}}""");
        var file = await web.UploadAsync("""{"custom_id":"a","method":"POST","url":"/api/emotion","body":{"text":"hold 1"}}"""u8.ToArray(), "lines.jsonl");
        var id = (await web.PostAsync("/v1/batches", $$"""{"input_file_id":"{{file.Id}}","endpoint":"/api/emotion","completion_window":"2h"}""")).Id;
        await _worker.StartedAsync("hold 1");
        await web.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/cancel", null);
        await Eventually.TrueAsync(async () => (await web.GetAsync($"/v1/batches/{id}")).Json.GetProperty("status").GetString() is "cancelled");
        var other = await web.PostAsync("/api/emotion", """{"text":"hold 2 and more of it"}""");

        (await web.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/retry", null)).ShouldFail(429, "limit_reached");
        await web.DeleteAsync($"/api/jobs/{other.Id}");

        (await web.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/retry", null)).Json.GetProperty("status").GetString().ShouldBe("in_progress");
    }

    [Fact]
    public async Task Jobs_that_wait_and_jobs_of_a_batch_are_limited()
    {
        using var web = await AddAsync("""{"limits":{"jobs_in_flight":1,"waiting_jobs":2,"batch_jobs":2}}""");
        await web.PostAsync("/api/emotion", """{"text":"hold 1"}""");
        await _worker.StartedAsync("hold 1");
        await Eventually.TrueAsync(async () => (await web.GetAsync("/api/jobs")).Headers["RateLimit"] is "\"waiting_jobs\";r=2");
        (await web.PostAsync("/api/emotion", """{"texts":["hold 2","hold 2"]}""")).Status.ShouldBe(202);

        var refused = await web.PostAsync("/api/emotion", """{"text":"hold 4"}""");

        refused.ShouldBeProblem(429, "limit-reached").Says("2 jobs wait, at most 2 may, and this brings 1");
        refused.Headers["RateLimit-Policy"].ShouldBe("\"waiting_jobs\";q=2;qu=\"jobs\", \"jobs_in_flight\";q=1;qu=\"jobs\", \"batch_jobs\";q=2;qu=\"jobs\"");
        refused.Headers["RateLimit"].ShouldBe("\"waiting_jobs\";r=0");
        refused.Headers.ShouldContainKey("Retry-After");
        string[] three = ["""{"text":"a"}""", """{"text":"b"}""", """{"text":"c"}"""];
        (await web.PostLinesAsync("/api/jobs/batch?kind=emotion", three)).ShouldBlame("body", "more than 2 items");
        (await _admin!.PostLinesAsync("/api/jobs/batch?kind=emotion", three)).Status.ShouldBe(202);
        _worker.Release("hold 1");
        await _worker.StartedAsync("hold 2");
    }

    [Fact]
    public async Task Of_a_job_that_waits_for_its_client_nobody_knows_whether_it_will_meet_its_deadline_until_that_is_over()
    {
        using var web = await AddAsync("""{"limits":{"jobs_in_flight":1}}""");
        await web.PostAsync("/api/emotion", """{"text":"hold 1"}""");
        await _worker.StartedAsync("hold 1");
        var waiting = await web.PostAsync("/api/emotion", """{"text":"hold 2","deadline":"1h"}""");
        await Api.SampleQueuesAsync();

        (await web.GetAsync($"/api/jobs/{waiting.Id}")).Json.TryGetProperty("deadline_likely", out _).ShouldBeFalse();
        _time.Advance(TimeSpan.FromHours(2));
        (await web.GetAsync($"/api/jobs/{waiting.Id}")).Json.GetProperty("deadline_likely").GetBoolean().ShouldBeFalse();
        _worker.Release("hold 1");
        await _worker.StartedAsync("hold 2");
        _worker.Release("hold 2");
        (await web.GetAsync($"/api/jobs/{waiting.Id}", ("Prefer", "wait=30"))).State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task The_options_hold_for_all_clients_that_have_no_limit_of_their_own()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var api = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Limits:RequestsPerMinute", "2"), ("Limits:BatchJobs", "7"));
        using var local = api.Client();

        (await local.GetAsync("/api/keys/me")).Json.GetProperty("limits").ToString().ShouldBe("""{"requests_per_minute":2,"batch_jobs":7}""");
        await local.GetAsync("/api/jobs");
        (await local.GetAsync("/api/jobs")).ShouldBeProblem(429, "limit-reached").Says("Limits:RequestsPerMinute");
    }

    private async Task<ApiClient> AddAsync(string limits)
    {
        var client = Api.Client(await Api.AddKeyAsync("web"));
        await PatchAsync(limits);
        return client;
    }

    private Task<Answer> PatchAsync(string body) =>
        _admin!.SendAsync(HttpMethod.Patch, "/api/keys/web", ApiClient.Json(System.Text.Encoding.UTF8.GetBytes(body)));
}
