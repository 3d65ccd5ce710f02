using System.Text.Json;
using Dapper;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Webhooks;

/// <summary>An API with a scripted worker whose webhooks may go to this machine, for the tests of one class.</summary>
public sealed class WebhookApi : IAsyncLifetime
{
    private static readonly (string, string)[] Settings =
    [
        ("Webhooks:AllowPrivateTargets", "true"), ("Webhooks:AllowHttp", "true"), ("Webhooks:PollInterval", "00:00:00.020"),
        ("Webhooks:Timeout", "00:00:10"), // Short for the tests of receivers that never answer, and long for those that do on a busy machine.
    ];

    private readonly PostgresDatabase _database = new();
    private ApiHost? _host;

    internal ScriptedEmotion Worker { get; } = new();

    internal ApiClient Client { get; private set; } = null!;

    /// <summary>The current secret of the local client.</summary>
    internal string Secret { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _host = await StartAnotherAsync();
        Client = _host.Client();
        Secret = (await Client.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null)).Json.GetProperty("secret").GetString()!;
    }

    /// <summary>Another process of the same pipeline.</summary>
    internal Task<ApiHost> StartAnotherAsync() => ApiHost.StartAsync(_database.ConnectionString, Worker, Settings);

    internal Task<Answer> SubmitAsync(string text, string url, params (string Name, string Value)[] headers) =>
        Client.PostAsync("/api/emotion", $$"""{"text":"{{text}}","callback_url":"{{url}}"}""", headers);

    internal async Task<IReadOnlyList<JsonElement>> DeliveriesAsync(string query) =>
        [.. (await Client.GetAsync($"/api/webhooks/deliveries?{query}")).Json.GetProperty("deliveries").EnumerateArray()];

    /// <summary>The only delivery of a job, once an attempt at it is written down.</summary>
    internal async Task<JsonElement> AttemptedAsync(string job, int attempts)
    {
        JsonElement delivery = default;
        await Eventually.TrueAsync(async () =>
        {
            delivery = (await DeliveriesAsync($"job={job}")).SingleOrDefault();
            return delivery.ValueKind is JsonValueKind.Object && delivery.GetProperty("attempts").GetInt32() == attempts
                && (delivery.TryGetProperty("error", out _) || delivery.GetProperty("state").GetString() is not "pending");
        });
        return delivery;
    }

    internal async Task ExecuteAsync(string sql, object parameters)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    /// <summary>Makes the next attempt due now.</summary>
    internal Task MakeDueAsync(JsonElement delivery) => ExecuteAsync(
        "update webhook_deliveries set due_at = now(), error = null where id = @id", new { id = delivery.GetProperty("id").GetGuid() });

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host!.DisposeAsync();
        await _database.DisposeAsync();
    }
}
