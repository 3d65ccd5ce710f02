using Pipeline.Client.Tests;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

[assembly: AssemblyFixture(typeof(PipelineServer))]

namespace Pipeline.Client.Tests;

/// <summary>The whole system as a process, with the models that ship, shared by the tests of the client.</summary>
public sealed class PipelineServer : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private RoleProcess? _role;

    public PipelineClient Client { get; private set; } = null!;

    public Uri Address => _role!.Address;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        var settings = await TestPipeline.SettingsAsync(_database);
        settings["Webhooks:AllowPrivateTargets"] = "true";
        settings["Webhooks:AllowHttp"] = "true";
        _role = await RoleProcess.StartReadyAsync("AllInOne", settings);
        Client = new(_role.Address, new());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _role!.DisposeAsync();
        await _database.DisposeAsync();
    }
}
