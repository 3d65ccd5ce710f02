using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Npgsql;
using Pipeline.Console.Overview;
using Pipeline.Core.Clients;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Console.Tests.Browser;

/// <summary>The pictures of <c>docs/console.md</c>, which <c>eng/screenshots</c> asks for: every screen once.</summary>
[Trait("Category", "Pictures")]
public sealed class DocumentPictures(SampleData data, Chromium chromium) : IClassFixture<SampleData>
{
    private const int BytesMax = 150 * 1_024;
    private const int Height = 760;

    // Two weeks of days, which a fresh database has not.
    private const string AddUsage = """
        insert into usage (day, client_id, kind, model, jobs, prompt_tokens, cached_tokens, completion_tokens, worker_seconds)
        select current_date - n, id, 'chat', 'scripted', 40 + n, 90000 + 7000 * (n % 5) * (1 + n % 3), 30000, 42000 + 9000 * (n % 4), 80 from clients, generate_series(1, 14) as n where name in ('carl', 'olga')
        on conflict do nothing
        """;

    // A flood of one client, beside another one.
    private const string AddFlood = """
        insert into jobs (id, client_id, kind, queue, input, state, finished_at)
        select id, (select clients.id from clients where name = case when n % 9 = 0 then 'olga' else 'carl' end), 'emotion', 'emotion-bulk', '{"text":"a"}', 'succeeded', now()
          from unnest(@Ids::uuid[]) with ordinality as made (id, n)
        """;

    // What a worker for documents would have made of carl's.
    private const string AddChunks = """
        with model as (insert into embedding_models (name, version, dimensions) values ('vectors', '', 2) returning id),
             done as (update jobs set state = 'succeeded', started_at = now(), finished_at = now() where kind = 'document'),
             embedded as (update documents set model_id = (select id from model), embedded_at = now(), chunks = 2 returning id, client_id, model_id, text)
        insert into chunks (document_id, client_id, model_id, ordinal, text, tokens, terms, vector)
        select id, client_id, model_id, n - 1, split_part(text, '. ', n), 12, to_tsvector('english', split_part(text, '. ', n)), '{1,0}' from embedded, generate_series(1, 2) as n
        """;

    private static readonly string Folder = RepositoryFiles.Path(".local", "screenshots", "document");

    [Fact]
    public async Task Every_screen_of_the_document_is_pictured()
    {
        Directory.CreateDirectory(Folder);
        var database = data.Api.Host.Services.GetRequiredService<NpgsqlDataSource>();
        await database.ExecuteAsync(AddUsage, new { }, TestContext.Current.CancellationToken);
        await database.ExecuteAsync(AddChunks, new { }, TestContext.Current.CancellationToken);
        await database.ExecuteAsync(AddFlood, new { Ids = Enumerable.Range(0, 900).Select(_ => Guid.CreateVersion7()).ToArray() }, TestContext.Current.CancellationToken);
        AddHour();
        await using var admin = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Admin));
        await using var client = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client));
        await using var korean = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client), "ko", scheme: ColorScheme.Dark);
        await using var phone = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client), "ko", width: 390);
        await using var nobody = await chromium.OpenAsync(data.Api.Host.Address);
        await Eventually.TrueAsync(async () => await (await admin.Page.GotoAsync("/workers"))!.TextAsync() is var page && page.Contains("/models/large.gguf", StringComparison.Ordinal));
        var compared = await CompareAsync();
        foreach (var (tab, path, name) in Pictures(admin, client, korean, phone, nobody, compared))
        {
            await TakeAsync(tab, path, name);
        }
    }

    private IEnumerable<(Tab Tab, string Path, string Name)> Pictures(Tab admin, Tab client, Tab korean, Tab phone, Tab nobody, string compared) =>
    [
        (admin, "/", "overview"),
        (admin, "/jobs?client=*&state=failed", "jobs"),
        (client, $"/jobs/{data.Chat}", "job"),
        (client, "/actions", "actions"),
        (client, data.Paths.Single(path => path.StartsWith("/batches/", StringComparison.Ordinal)), "batch"),
        (korean, "/try/chat", "try"),
        (client, compared, "compare"),
        (client, "/documents", "documents"),
        (client, "/search?q=index&mode=words", "search"),
        (admin, "/workers", "workers"),
        (admin, "/usage?by=day", "usage"),
        (admin, "/keys", "keys"),
        (client, "/reports", "reports"),
        (client, data.Paths.Single(path => path.StartsWith("/prompts/", StringComparison.Ordinal)), "prompt"),
        (client, "/webhooks", "webhooks"),
        (admin, "/schedules", "schedules"),
        (admin, "/audit", "audit"),
        (nobody, "/login", "login"),
        (admin, "/docs", "docs"),
        (phone, "/", "phone"),
    ];

    /// <summary>As high as the page is, and no higher than somebody looks at.</summary>
    private static async Task TakeAsync(Tab tab, string path, string name)
    {
        await tab.Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.NetworkIdle });
        await tab.Page.SetViewportSizeAsync(tab.Page.ViewportSize!.Width, Height);
        if (path is "/docs")
        {
            await tab.Page.Locator(".opblock").First.WaitForAsync();
        }

        var file = Path.Combine(Folder, $"{name}.png");
        await tab.Page.ScreenshotAsync(new() { Path = file });
        new FileInfo(file).Length.ShouldBeLessThan(BytesMax, name);
    }

    /// <summary>What this process would have sampled in the last hour under load that comes and goes.</summary>
    private void AddHour()
    {
        var now = data.Api.Host.Services.GetRequiredService<QueueStatistics>().Current;
        Random chance = new(20);
        var history = data.Api.Host.Services.GetRequiredService<QueueHistory>();
        foreach (var i in Enumerable.Range(0, QueueHistory.SamplesMax))
        {
            // Waves of each queue's own height, with what chance adds.
            history.Keep([.. now.Select((queue, n) => queue with
            {
                Depth = queue.Queue.EndsWith("-bulk", StringComparison.Ordinal) ? Math.Max(0, 400 - (i * (4 + n))) : (int)(chance.NextDouble() * 30 * Math.Max(0, Math.Sin((i / (9d + n)) + n))),
                FinishedPerMinute = (int)((60 + chance.Next(40)) * (1.5 + Math.Sin((i / (19d + n)) + (n * 2)))),
            })]);
        }
    }

    /// <summary>The same text for two models, as somebody asks both from the form.</summary>
    private async Task<string> CompareAsync()
    {
        using var client = data.Api.Host.Client(data.Api.Key(Role.Client));
        List<string> jobs = [];
        foreach (var model in (string[])["small", "large"])
        {
            jobs.Add((await client.PostAsync("/api/jobs", $$$"""{"kind":"emotion","input":{"text":"I got the job!","model":"{{{model}}}"}}""", ("Prefer", "wait=60"))).Id);
        }

        return $"/compare?jobs={string.Join(',', jobs)}";
    }
}
