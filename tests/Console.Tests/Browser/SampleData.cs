using System.Text.Json;
using Pipeline.Core.Clients;

namespace Pipeline.Console.Tests.Browser;

/// <summary>An API with something on every screen.</summary>
public sealed class SampleData : IAsyncLifetime
{
    private static readonly string[] Texts = ["I got the job!", "오늘은 정말 힘든 하루였어.", "reject this one", "The train is late again.", "Thank you for everything.", "reject that one as well"];

    internal ConsoleApi Api { get; } = new();

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
        await Api.Host.SampleQueuesAsync();
        Paths =
        [
            "/", "/jobs", "/jobs?state=failed", $"/jobs/{Job}", $"/jobs/{Chat}", $"/jobs/{report}", $"/jobs/{waiting}", "/actions", "/batches", $"/batches/{batch}", "/try/emotion", "/try/chat", $"/compare?jobs={Job},{again}", "/documents",
            "/search?q=index&mode=words", "/usage", "/reports", "/prompts", $"/prompts/{prompt}", "/webhooks", "/schedules",
        ];
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();

    private static string Id(Answer answer) => answer.Json.GetProperty("id").GetString() ?? throw new InvalidOperationException(answer.Json.ToString());
}
