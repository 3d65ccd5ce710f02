using Microsoft.Extensions.Logging;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Clients;

/// <summary>Stores when keys were last used: once a minute for all that were, so that no request pays for it.</summary>
internal sealed class KeyUseWriter(ClientStore clients, TimeProvider time, ILogger<KeyUseWriter> log) : LoopService(time, log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await clients.WriteUsesAsync(cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException || TransientErrors.IsTransient(e))
        {
            // A minute of uses is not worth a stop that waits or fails.
        }
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, Time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await clients.WriteUsesAsync(stoppingToken);
            RoundDone();
        }
    }
}
