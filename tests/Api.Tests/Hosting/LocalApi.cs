using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

[assembly: AssemblyFixture(typeof(LocalApi))]

namespace Pipeline.Api.Tests.Hosting;

/// <summary>One API without keys and with a scripted worker, shared by every test that changes no setting.</summary>
public sealed class LocalApi : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private ApiHost? _host;

    internal ScriptedEmotion Worker { get; } = new();

    internal PostgresDatabase Database => _database;

    internal ApiHost Host => _host!;

    internal ApiClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _host = await ApiHost.StartAsync(_database.ConnectionString, Worker);
        Client = _host.Client();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host!.DisposeAsync();
        await _database.DisposeAsync();
    }
}
