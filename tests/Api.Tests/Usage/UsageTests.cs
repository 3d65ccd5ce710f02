using Dapper;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Usage;

public sealed class UsageTests : IAsyncLifetime
{
    private PostgresDatabase? _database;
    private ApiHost? _api;
    private ApiClient? _admin;

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        _api = await ApiHost.StartAsync(_database.ConnectionString, new ScriptedEmotion());
        _admin = _api.Client(await _api.AddKeyAsync("first"));
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task Each_client_sees_what_its_own_jobs_took_and_operators_what_all_took()
    {
        using var web = _api!.Client(await _api.AddKeyAsync("web"));
        using var other = _api.Client(await _api.AddKeyAsync("other"));
        using var operators = _api.Client(await _api.AddKeyAsync("ops", Role.Operator));
        await RunAsync(web, 3);
        await RunAsync(other, 1);
        await Eventually.TrueAsync(async () => Jobs(await operators.GetAsync("/api/usage?by=kind")) == 4);

        var own = await web.GetAsync("/api/usage");
        var row = own.Json.GetProperty("rows").EnumerateArray().ShouldHaveSingleItem();
        (row.GetProperty("kind").GetString(), row.GetProperty("model").GetString()).ShouldBe(("emotion", "scripted"));
        (row.GetProperty("jobs").GetInt64(), row.GetProperty("prompt_tokens").GetInt64()).ShouldBe((3, 3));
        row.TryGetProperty("key", out _).ShouldBeFalse();

        (await operators.GetAsync("/api/usage?by=key")).Json.GetProperty("rows").EnumerateArray()
            .ToDictionary(client => client.GetProperty("key").GetString()!, client => client.GetProperty("jobs").GetInt64())
            .ShouldBe(new Dictionary<string, long> { ["other"] = 1, ["web"] = 3 }, ignoreOrder: true);
        (await operators.GetAsync("/api/usage?by=day&from=2020-01-01&to=2020-12-31")).Json.GetProperty("rows").GetArrayLength().ShouldBe(0);
        (await web.GetAsync("/api/usage?by=key")).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task Operators_see_whose_jobs_came_and_whose_wait()
    {
        using var web = _api!.Client(await _api.AddKeyAsync("web"));
        using var import = _api.Client(await _api.AddKeyAsync("import"));
        using var operators = _api.Client(await _api.AddKeyAsync("ops", Role.Operator));
        (await operators.GetAsync("/api/usage/busiest")).Json.ToString().ShouldBe("""{"clients":[],"accepted":0,"waiting":0,"looked_at_max":20000}""");
        await RunAsync(web, 1);
        await _admin!.SendAsync(HttpMethod.Put, "/api/pauses/client/import", null);
        await _api.SampleQueuesAsync();
        await import.PostAsync("/api/emotion", """{"texts":["a","b","c"]}""");

        var busiest = (await operators.GetAsync("/api/usage/busiest")).Json;

        busiest.GetProperty("clients").EnumerateArray().Select(client => (client.GetProperty("client").GetString(), client.GetProperty("accepted").GetInt32(), client.GetProperty("waiting").GetInt32()))
            .ShouldBe([("import", 3, 3), ("web", 1, 0)]);
        (busiest.GetProperty("accepted").GetInt32(), busiest.GetProperty("waiting").GetInt32()).ShouldBe((4, 3));
        (await web.GetAsync("/api/usage/busiest")).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task Usage_is_exported_as_csv()
    {
        await RunAsync(_admin!, 2);
        await Eventually.TrueAsync(async () => Jobs(await _admin!.GetAsync("/api/usage")) == 2);

        var csv = await _admin!.GetAsync("/api/usage?by=model&format=csv");

        csv.Headers["Content-Type"].ShouldBe("text/csv; charset=utf-8");
        var lines = csv.Text.Split("\r\n");
        lines[0].ShouldBe("key,kind,model,day,jobs,prompt_tokens,cached_tokens,completion_tokens,worker_seconds,cost");
        lines[1].ShouldStartWith(",,scripted,,2,2,0,0,");
    }

    [Fact]
    public async Task Prices_turn_usage_into_money()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var api = await ApiHost.StartAsync(
            database.ConnectionString,
            worker: null,
            ("Prices:Currency", "KRW"),
            ("Prices:Small:PromptPerMillion", "100"),
            ("Prices:Small:CachedPerMillion", "10.5"),
            ("Prices:Small:CompletionPerMillion", "400"),
            ("Prices:llama3:8b:PromptPerMillion", "1"));
        using var client = api.Client();
        await using (var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await connection.ExecuteAsync("""
                insert into usage (day, client_id, kind, model, jobs, prompt_tokens, cached_tokens, completion_tokens, worker_seconds)
                select (now() at time zone 'UTC')::date, '00000000-0000-0000-0000-000000000000', 'chat', model, 1, 3000000, 2000000, 500000, 1
                  from unnest(array['small', 'llama3:8b', 'free']) as model
                """);
        }

        var usage = (await client.GetAsync("/api/usage")).Json;
        var rows = usage.GetProperty("rows").EnumerateArray().ToDictionary(row => row.GetProperty("model").GetString()!);

        usage.GetProperty("currency").GetString().ShouldBe("KRW");
        rows["small"].GetProperty("cost").GetDecimal().ShouldBe(321m);
        rows["llama3:8b"].GetProperty("cost").GetDecimal().ShouldBe(3m);
        rows["free"].TryGetProperty("cost", out _).ShouldBeFalse();
        (await client.GetAsync("/api/usage?by=kind&format=csv")).Text.Split("\r\n")[1].ShouldBe(",chat,,,3,9000000,6000000,1500000,3,324");
    }

    [Theory]
    [InlineData("Prices:small:PromptPerMillion", "1", "Prices:Currency is not set")]
    [InlineData("Prices:small:PromptPerMillion", "-1", "is \"-1\"")]
    [InlineData("Prices:small:PromptPerMillion", "cheap", "is \"cheap\"")]
    [InlineData("Prices:small:PerMillion", "1", "is no price")]
    [InlineData("Prices:PromptPerMillion", "1", "set Prices:MODEL:PromptPerMillion")]
    public async Task A_price_that_makes_no_sense_stops_the_start(string key, string value, string message)
    {
        (string, string)[] settings = message.StartsWith("Prices:Currency", StringComparison.Ordinal) ? [(key, value)] : [("Prices:Currency", "EUR"), (key, value)];

        var failure = await Should.ThrowAsync<Exception>(() => ApiHost.StartAsync(_database!.ConnectionString, worker: null, settings));

        failure.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("by=color", "by", "send one of key, kind, model, day")]
    [InlineData("from=yesterday", "from", "send a day as yyyy-MM-dd")]
    [InlineData("from=2026-02-30", "from", "send a day as yyyy-MM-dd")]
    [InlineData("from=2026-03-02&to=2026-03-01", "from", "after to")]
    [InlineData("format=xml", "format", "send one of json, csv")]
    [InlineData("client=web", "client", "not a known query parameter")]
    public async Task A_question_that_makes_no_sense_is_refused(string query, string field, string message) =>
        (await _admin!.GetAsync($"/api/usage?{query}")).ShouldBlame(field, message);

    private static async Task RunAsync(ApiClient client, int jobs)
    {
        for (var i = 0; i < jobs; i++)
        {
            (await client.PostAsync("/api/jobs", $$$"""{"kind":"emotion","input":{"text":"vary {{{i}}}"}}""", ("Prefer", "wait=60"))).State.ShouldBe("succeeded");
        }
    }

    private static long Jobs(Answer answer) => answer.Json.GetProperty("rows").EnumerateArray().Sum(row => row.GetProperty("jobs").GetInt64());
}
