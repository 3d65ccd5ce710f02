using System.Text;
using Dapper;
using Npgsql;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Steering;

/// <summary>An API with an operator, a client, and a scripted worker that runs one emotion at a time, for one test.</summary>
internal sealed class SteeredApi : IAsyncDisposable
{
    private readonly PostgresDatabase _database;

    private SteeredApi(PostgresDatabase database, ApiHost host) => (_database, Host) = (database, host);

    public ApiHost Host { get; }

    public required ScriptedEmotion? Worker { get; init; }

    public required ApiClient Operator { get; init; }

    /// <summary>Its name is web.</summary>
    public required ApiClient Client { get; init; }

    public static async Task<SteeredApi> StartAsync(bool works = true, params (string Key, string Value)[] settings)
    {
        var database = await PostgresDatabase.CreateAsync();
        var worker = works ? new ScriptedEmotion() : null;
        var host = await ApiHost.StartAsync(database.ConnectionString, worker, [("Queues:emotion:Prefetch", "1"), ("Queues:emotion:ItemsPerMessage", "1"), .. settings]);
        await host.AddKeyAsync("first");
        return new(database, host)
        {
            Worker = worker,
            Operator = host.Client(await host.AddKeyAsync("ops", Role.Operator)),
            Client = host.Client(await host.AddKeyAsync("web")),
        };
    }

    public async ValueTask DisposeAsync()
    {
        Operator.Dispose();
        Client.Dispose();
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>Submits a text and returns the job's id.</summary>
    public async Task<string> SubmitAsync(string text, ApiClient? client = null) =>
        (await (client ?? Client).PostAsync("/api/emotion", $$"""{"text":"{{text}}"}""")).Id;

    /// <summary>Submits a text that runs until it is released.</summary>
    public async Task<string> HoldAsync(string text)
    {
        var id = await SubmitAsync(text);
        await Worker!.StartedAsync(text);
        return id;
    }

    public async Task<Answer> FindAsync(string id) => await Client.GetAsync($"/api/jobs/{id}");

    public async Task<Answer> FinishAsync(string id) => await Client.GetAsync($"/api/jobs/{id}", ("Prefer", "wait=60"));

    public Task<Answer> PutAsync(string path, string? json = null) =>
        Operator.SendAsync(HttpMethod.Put, path, json is null ? null : ApiClient.Json(Encoding.UTF8.GetBytes(json)));

    /// <summary>Until what waits of the client is not with the broker or a worker.</summary>
    public Task BacklogAsync(int messages) => Eventually.TrueAsync(async () =>
        await QueryAsync<int>("select count(*)::int from dispatches where dispatched_at is null") == messages);

    public async Task<T> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        return await connection.QuerySingleAsync<T>(sql, parameters);
    }
}
