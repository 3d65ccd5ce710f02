using Microsoft.Extensions.Hosting;

namespace Pipeline.Core.Hosting;

/// <summary>
/// A loop that runs as long as its host. It ends quietly when it is asked to: a host whose start failed disposes its services
/// without stopping them, and would report each canceled loop as a crash, over the one sentence that matters.
/// </summary>
public abstract class LoopService : BackgroundService
{
    protected abstract Task LoopAsync(CancellationToken stoppingToken);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LoopAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to end.
        }
    }
}
