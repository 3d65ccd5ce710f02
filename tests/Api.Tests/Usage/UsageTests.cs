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
    public async Task Usage_is_exported_as_csv()
    {
        await RunAsync(_admin!, 2);
        await Eventually.TrueAsync(async () => Jobs(await _admin!.GetAsync("/api/usage")) == 2);

        var csv = await _admin!.GetAsync("/api/usage?by=model&format=csv");

        csv.Headers["Content-Type"].ShouldBe("text/csv; charset=utf-8");
        var lines = csv.Text.Split("\r\n");
        lines[0].ShouldBe("key,kind,model,day,jobs,prompt_tokens,cached_tokens,completion_tokens,worker_seconds");
        lines[1].ShouldStartWith(",,scripted,,2,2,0,0,");
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
