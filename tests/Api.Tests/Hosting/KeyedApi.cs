using Pipeline.Core.Clients;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Hosting;

/// <summary>An API with keys and without a worker, for the tests of one class.</summary>
public sealed class KeyedApi : IAsyncLifetime
{
    private ApiHost? _host;

    internal PostgresDatabase Database { get; } = new();

    internal ApiHost Host => _host!;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        var time = new MovableTime();
        _host = await ApiHost.StartAsync(Database.ConnectionString, worker: null, time);
        await _host.AddKeyAsync("the first");
        time.Advance(ClientStore.CacheLifetime);
    }

    /// <summary>A client with a new key, and that key.</summary>
    internal async Task<(ApiClient Client, string Key)> NewClientAsync()
    {
        var key = await Host.AddKeyAsync($"client {Guid.CreateVersion7()}");
        return (Host.Client(key), key);
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        await Database.DisposeAsync();
    }
}
