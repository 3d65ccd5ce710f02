using System.Text.RegularExpressions;
using Dapper;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.EndToEnd.Tests.Telemetry;

/// <summary>The whole system with a port for metrics, after it did a little of everything, and what Prometheus would read there.</summary>
public sealed partial class MeasuredSystem : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private RoleProcess? _host;

    /// <summary>The text of a scrape.</summary>
    public string Scrape { get; private set; } = "";

    /// <summary>The same in the form that Prometheus asks for first.</summary>
    public string OpenMetrics { get; private set; } = "";

    /// <summary>Names of the series in it, and in the scrapes before it: some are there only while jobs wait.</summary>
    public HashSet<string> Names { get; } = [];

    /// <summary>Where Prometheus would ask.</summary>
    public string Target { get; } = $"127.0.0.1:{Random.Shared.Next(12_000, 19_999)}";

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await using var webhooks = await WebhookReceiver.StartAsync();
        var settings = await TestPipeline.SettingsAsync(_database);
        settings["Telemetry:MetricsPort"] = Target.Split(':')[1];
        settings["Telemetry:Clients"] = "true";
        settings["Telemetry:SampleInterval"] = "00:00:01";
        settings["Worker:JobTimeout"] = "00:00:06";
        settings["Worker:FailuresMax"] = "2";
        settings["Webhooks:AllowPrivateTargets"] = "true";
        settings["Webhooks:AllowHttp"] = "true";
        _host = await RoleProcess.StartReadyAsync("AllInOne", settings);
        using var http = new HttpClient { BaseAddress = _host.Address };
        await AddBudgetAsync();
        (await http.PostAsync("/api/webhooks/secrets", null)).EnsureSuccessStatusCode();

        await Telling.EndAsync(http, await Telling.AcceptAsync(http, "/api/emotion", new { text = "What a lovely surprise!", callback_url = $"{webhooks.Address}/hook" }));

        // From the cache, once the API knows what the worker's results depend on.
        await Eventually.TrueAsync(async () =>
            (await Telling.JobAsync(http, await Telling.AcceptAsync(http, "/api/emotion", new { text = "What a lovely surprise!" }))).TryGetProperty("cached", out _));
        await Telling.EndAsync(http, await Telling.AcceptAsync(http, "/api/embeddings", new { texts = new[] { "a text" } }));
        await Telling.EndAsync(http, await Telling.AcceptAsync(http, "/api/chat/completions", new { messages = new[] { new { role = "user", content = "Hello" } }, max_tokens = 8 }));
        await webhooks.NextAsync();

        // It takes longer than an attempt may, is tried again, and canceled while it runs.
        var items = Enumerable.Range(0, 1_000).Select(number => new { question = $"What is {number}?", answer = "A number." });
        var report = await Telling.AcceptAsync(http, "/api/report", new { items });
        using var scraper = new HttpClient();
        await ScrapeUntilAsync(scraper, "pipeline_client_jobs");
        await Eventually.TrueAsync(async () => (await Telling.JobAsync(http, report)) is var job && job.GetProperty("attempt").GetInt32() > 1 && job.GetProperty("state").GetString() is "running");
        (await http.DeleteAsync($"/api/jobs/{report}")).EnsureSuccessStatusCode();
        await ScrapeUntilAsync(scraper, "pipeline_lease_losses_total", "pipeline_task_late_seconds", "pipeline_budget_fullest");
        scraper.DefaultRequestHeaders.Add("Accept", "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5");
        using var answer = await scraper.GetAsync($"http://{Target}/metrics");
        answer.Content.Headers.ContentType.ShouldNotBeNull().MediaType.ShouldBe("application/openmetrics-text");
        OpenMetrics = await answer.Content.ReadAsStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    private Task ScrapeUntilAsync(HttpClient scraper, params string[] names) => Eventually.TrueAsync(async () =>
    {
        Scrape = await scraper.GetStringAsync($"http://{Target}/metrics");
        Names.UnionWith(Series().Matches(Scrape).Select(match => match.Groups[1].Value));
        return names.All(Names.Contains);
    });

    private async Task AddBudgetAsync()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("""
            insert into clients (id, name, tokens_per_day) values ('019a9c1e-7f00-7000-8000-00000000000a', 'alice', 1000);
            insert into budgets (client_id, period, starts, used) values ('019a9c1e-7f00-7000-8000-00000000000a', 'day', (now() at time zone 'UTC')::date, 900);
            """);
    }

    [GeneratedRegex(@"^([a-z_]\w*)(?:\{| )", RegexOptions.Multiline)]
    private static partial Regex Series();
}
