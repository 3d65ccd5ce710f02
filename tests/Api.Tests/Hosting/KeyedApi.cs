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
        _host = await ApiHost.StartAsync(Database.ConnectionString, worker: null);
        Admin = _host.Client(await _host.AddKeyAsync("first"));
    }

    /// <summary>The client of the first key.</summary>
    internal ApiClient Admin { get; private set; } = null!;

    /// <summary>A client with a new key, and that key.</summary>
    internal async Task<(ApiClient Client, string Key)> NewClientAsync(Role role = Role.Client)
    {
        var key = await Host.AddKeyAsync($"client-{Guid.CreateVersion7()}", role);
        return (Host.Client(key), key);
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await _host!.DisposeAsync();
        await Database.DisposeAsync();
    }
}
