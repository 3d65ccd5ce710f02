using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Core.ActivityReports;
using Pipeline.Core.Clients;
using Pipeline.Core.Schedules;

namespace Pipeline.Console.Tests.Browser;

/// <summary>An API with something on every screen.</summary>
public sealed class SampleData : IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly string[] Texts = ["I got the job!", "오늘은 정말 힘든 하루였어.", "reject this one", "The train is late again.", "Thank you for everything.", "reject that one as well"];

    internal ConsoleApi Api { get; } = new() { Settings = [("Webhooks:AllowPrivateTargets", "true"), ("Webhooks:AllowHttp", "true")] };

    /// <summary>Paths of screens with something of carl's on them.</summary>
    internal IReadOnlyList<string> Paths { get; private set; } = [];

    internal string Job { get; private set; } = "";

    internal string Chat { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await Api.InitializeAsync();
        using var client = Api.Host.Client(Api.Key(Role.Client));
        foreach (var text in Texts)
        {
            Job = await Api.RunAsync(text) is { } id && text.StartsWith("I got", StringComparison.Ordinal) ? id : Job;
        }

        var again = await Api.RunAsync(Texts[0] + " Again.");
        Chat = Id(await client.PostAsync("/api/jobs", """{"kind":"chat","input":{"messages":[{"role":"system","content":"You are brief."},{"role":"user","content":"say What does an index cost on writes?"}]}}""", ("Prefer", "wait=60")));
        var report = Id(await client.PostAsync("/api/jobs", """{"kind":"report","input":{"title":"Databases","items":[{"question":"How does an index help?","answer":"It finds rows without reading the table."}]}}""", ("Prefer", "wait=60")));
        var waiting = Id(await client.PostAsync("/api/jobs", """{"kind":"feedback","input":{"question":"How does an index help?","answer":"It finds rows."}}"""));
        var batch = Id(await client.PostAsync("/api/jobs/batch?kind=emotion", JsonSerializer.Serialize(Enumerable.Range(0, 40).Select(i => new { text = i % 5 is 0 ? $"reject {i}" : $"Text {i}" }))));
        await client.PostAsync("/api/documents", """{"title":"Indexes","text":"An index finds rows without reading the whole table. Writes have to keep it up to date.","metadata":{"topic":"database"}}""");
        var prompt = Id(await client.PostAsync("/api/prompts", """{"kind":"chat","name":"brief","language":"en","system":"You are brief.\nAnswer in one sentence."}"""));
        await client.SendAsync(HttpMethod.Put, $"/api/prompts/{prompt}", ApiClient.Json("""{"system":"You are brief.\nAnswer in two sentences at most.\nName costs."}"""u8.ToArray()));
        using var operatorClient = Api.Host.Client(Api.Key(Role.Operator));
        await operatorClient.SendAsync(HttpMethod.Put, "/api/pauses/queue/interview-bulk", ApiClient.Json("""{"reason":"new model tonight"}"""u8.ToArray()));
        await client.PostAsync("/api/jobs/retry", """{"states":["canceled"]}""");
        await client.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null);
        await client.PostAsync("/api/jobs", """{"kind":"emotion","input":{"text":"Tell me."},"callback_url":"http://127.0.0.1:1/hooks"}""");
        await AddNightsAsync();
        await AddSchedulesAsync();
        await Api.Host.SampleQueuesAsync();
        Paths =
        [
            "/", "/jobs", "/jobs?state=failed", $"/jobs/{Job}", $"/jobs/{Chat}", $"/jobs/{report}", $"/jobs/{waiting}", "/actions", "/batches", $"/batches/{batch}", "/try/emotion", "/try/chat", $"/compare?jobs={Job},{again}", "/documents",
            "/search?q=index&mode=words", "/usage", "/reports", "/prompts", $"/prompts/{prompt}", "/webhooks", "/schedules",
        ];
    }

    /// <summary>The last nights of carl and of all, two of which were missed.</summary>
    private async Task AddNightsAsync()
    {
        var maker = Api.Host.Services.GetRequiredService<ActivityReportMaker>();
        var today = TimeProvider.System.GetUtcNow();
        foreach (var owner in await Api.Host.Services.GetRequiredService<ActivityReportStore>().OwnersAsync(Token))
        {
            await maker.MakeNightsAsync(owner with { Since = today.AddDays(-18), Until = today.AddDays(-8) }, Token);
            await maker.MakeNightsAsync(owner with { Since = today.AddDays(-5) }, Token);
        }
    }

    private async Task AddSchedulesAsync()
    {
        var store = Api.Host.Services.GetRequiredService<ScheduleStore>();
        await store.RegisterAsync(
            [
                new() { Id = "nightly-reports", Description = "Makes the reports of the night.", Cron = "15 * * * *", TimeZone = "Asia/Seoul" },
                new() { Id = "retention", Description = "Deletes what is old.", Cron = "30 3 * * *", TimeZone = "Asia/Seoul" },
                new() { Id = "self-test", Description = "Asks each model.", Cron = "5 * * * *", TimeZone = "Asia/Seoul" },
            ],
            Token);
        foreach (var (id, outcome, error) in ((string, string, string?)[])[("nightly-reports", ScheduleOutcome.Succeeded, null), ("retention", ScheduleOutcome.Failed, "PostgreSQL did not answer.")])
        {
            await store.TryBeginAsync(id, asked: false, Token);
            await store.EndAsync(id, outcome, error, Token);
        }

        await store.SetNextAsync("nightly-reports", TimeProvider.System.GetUtcNow().AddMinutes(20), Token);
        await store.SetNextAsync("retention", TimeProvider.System.GetUtcNow().AddHours(9), Token);
        await store.PauseAsync("self-test", Token);
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();

    private static string Id(Answer answer) => answer.Json.GetProperty("id").GetString() ?? throw new InvalidOperationException(answer.Json.ToString());
}
