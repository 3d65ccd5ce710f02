using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Erasure;

/// <summary>An API with keys and scripted workers, and clients of their own for each test of a class.</summary>
public sealed class ErasureApi : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private int _clients;

    internal ApiHost Host { get; private set; } = null!;

    internal ApiClient Admin { get; private set; } = null!;

    internal Traces Traces => new(_database.ConnectionString);

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        Host = await ApiHost.StartAsync(_database.ConnectionString, new ScriptedEmotion(), ("Api:BatchPollInterval", "00:00:00.100"), ("Search:EmbedTimeout", "00:01:00"));
        Admin = Host.Client(await Host.AddKeyAsync("first", Role.Admin));
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>A new client that leaves a word of its own.</summary>
    internal async Task<(Filling Filling, string Word)> NewAsync()
    {
        // One lexeme, without an ending that English has.
        var word = $"mark{Guid.CreateVersion7():N}x{Interlocked.Increment(ref _clients)}z";
        var name = $"client-{_clients}";
        return (new(Host, _database.ConnectionString, Host.Client(await Host.AddKeyAsync(name)), name, word), word);
    }

    /// <summary>Until the action that was answered is done.</summary>
    internal async Task<Answer> DoneAsync(Answer added, ApiClient? asker = null)
    {
        added.Status.ShouldBe(202, added.Text);
        var path = added.Json.TryGetProperty("actions", out var actions) ? actions[0].GetProperty("links").GetProperty("self").GetString()! : added.Headers["Location"];
        await Eventually.TrueAsync(async () => (await (asker ?? Admin).GetAsync(path)).State is "done");
        return await (asker ?? Admin).GetAsync(path);
    }
}
