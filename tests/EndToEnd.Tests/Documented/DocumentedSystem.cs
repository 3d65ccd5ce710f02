using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.EndToEnd.Tests.Documented;

/// <summary>The system that documents speak of: with the models that ship, a webhook receiver on this machine, and a queue whose jobs wait.</summary>
internal sealed class DocumentedSystem : IAsyncDisposable
{
    // The documents show jobs that wait; here they wait because no worker takes this queue.
    private const string IdleQueue = "report-bulk";

    private readonly RoleProcess _host;

    private DocumentedSystem(RoleProcess host, WebhookReceiver receiver) => (_host, Receiver, Http) = (host, receiver, new() { BaseAddress = host.Address, Timeout = Patience.Limit });

    public Uri Address => _host.Address;

    public HttpClient Http { get; }

    public WebhookReceiver Receiver { get; }

    /// <summary>Returns when all queues but one are received from. A system is ready as soon as it accepts jobs, and documents show answers of one that does them.</summary>
    public static async Task<DocumentedSystem> StartAsync(PostgresDatabase database)
    {
        var system = new DocumentedSystem(await RoleProcess.StartReadyAsync("AllInOne", await SettingsAsync(database)), await WebhookReceiver.StartAsync());
        var health = default(JsonElement);
        try
        {
            await Eventually.TrueAsync(async () =>
            {
                health = await system.Http.GetFromJsonAsync<JsonElement>("/health");
                return health.GetProperty("status").GetString() == "healthy";
            });
            return system;
        }
        catch (TimeoutException e)
        {
            var output = system._host.Output;
            await system.DisposeAsync();
            throw new InvalidOperationException($"It did not become healthy: {health}\n{output}", e);
        }
    }

    /// <summary>A job that no worker takes; returns its id.</summary>
    public async Task<string> SubmitWaitingAsync()
    {
        using var accepted = await Http.PostAsJsonAsync("/api/report", new { items = new[] { new { question = "Why?", answer = "Why not." } }, priority = "bulk" });
        return (await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    private static async Task<IReadOnlyDictionary<string, string?>> SettingsAsync(PostgresDatabase database)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        foreach (var (index, queue) in JobCatalog.Own.Queues.Where(queue => queue is not IdleQueue).Index())
        {
            settings[$"Worker:Queues:{index}"] = queue;
        }

        settings["Ask:SimilarityMin"] = "-1"; // The documents show an answer; the model that ships finds little alike.
        settings["Webhooks:AllowPrivateTargets"] = "true";
        settings["Webhooks:AllowHttp"] = "true";
        return settings.AsReadOnly();
    }
}
