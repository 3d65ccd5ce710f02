using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;

namespace Pipeline.Api.Clients;

/// <summary>
/// Refuses to serve other machines while no API key exists: everybody who reaches the port could read and cancel every job.
/// The configuration is checked before anything slow starts; the bound addresses again, for those set in code.
/// </summary>
internal sealed class LoopbackRule(ClientStore clients, IConfiguration configuration, IServer server, ILogger<LoopbackRule> log)
    : IHostedLifecycleService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        CheckAsync(ListenAddresses.Configured(configuration), cancellationToken);

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var bound = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        await CheckAsync(bound, cancellationToken);
        if (!await clients.AnyKeysAsync(cancellationToken))
        {
            log.ServingWithoutKeys();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CheckAsync(IEnumerable<string> addresses, CancellationToken cancellationToken)
    {
        var open = addresses.FirstOrDefault(address => !ListenAddresses.IsLoopback(address));
        if (open is not null && !await clients.AnyKeysAsync(cancellationToken))
        {
            throw new StartupException(
                $"The API would listen on {open} without any API key, open to everyone: create a key with ./run keys add NAME, or set Urls=http://127.0.0.1:8080.");
        }
    }
}
