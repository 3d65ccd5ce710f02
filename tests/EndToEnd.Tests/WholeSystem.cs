using Pipeline.EndToEnd.Tests;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

[assembly: AssemblyFixture(typeof(WholeSystem))]

namespace Pipeline.EndToEnd.Tests;

/// <summary>The whole system in one process, as <c>./run</c> starts it, for all tests that only ask it something. It is started by the first.</summary>
public sealed class WholeSystem : IAsyncDisposable
{
    private readonly Lazy<Task<(PostgresDatabase Database, RoleProcess Host)>> _started = new(StartAsync);

    public async Task<Uri> AddressAsync() => (await _started.Value).Host.Address;

    public async ValueTask DisposeAsync()
    {
        if (!_started.IsValueCreated)
        {
            return;
        }

        var (database, host) = await _started.Value;
        await using (database)
        await using (host)
        {
            var code = await host.StopAsync();
            code.ShouldBe(0, host.Errors);
        }
    }

    private static async Task<(PostgresDatabase Database, RoleProcess Host)> StartAsync()
    {
        var database = await PostgresDatabase.CreateAsync();
        return (database, await RoleProcess.StartReadyAsync("AllInOne", await TestPipeline.SettingsAsync(database)));
    }
}
