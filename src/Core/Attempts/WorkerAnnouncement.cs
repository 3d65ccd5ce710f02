using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;

namespace Pipeline.Core.Attempts;

/// <summary>
/// Says that a worker is coming while it still loads its models, which may take minutes: whoever waits for its queues is told so.
/// From then on it is <see cref="WorkerLease"/> that speaks. Does nothing in a process that does no jobs.
/// </summary>
internal sealed partial class WorkerAnnouncement(IServiceProvider services, JobHandlers handlers, TimeProvider time, ILogger<WorkerAnnouncement> logger)
    : StartupStep, IDisposable
{
    private const string Announce = """
        insert into workers (id, host, queues, ready, lease_until) values (@Id, @Host, @Queues, false, now() + @Lease::interval)
        on conflict (id) do update set lease_until = excluded.lease_until where not workers.ready
        """;

    private readonly CancellationTokenSource _ended = new();

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (handlers.Queues.Count > 0)
        {
            await AnnounceAsync(cancellationToken);
            _ = RepeatAsync(services.GetRequiredService<IOptions<WorkerOptions>>().Value.Lease / 4);
        }
    }

    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    private async Task RepeatAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token) && await AnnounceAsync(_ended.Token))
            {
            }
        }
        catch (OperationCanceledException)
        {
            // The start was given up.
        }
        catch (Exception e) when (TransientErrors.IsTransient(e))
        {
            LogUnannounced(e.Message);
        }
    }

    /// <summary>False once the worker has said more of itself.</summary>
    private async Task<bool> AnnounceAsync(CancellationToken cancellationToken)
    {
        var worker = services.GetRequiredService<WorkerIdentity>();
        return await services.GetRequiredService<NpgsqlDataSource>().ExecuteAsync(
            Announce,
            new
            {
                worker.Id,
                worker.Host,
                Queues = services.GetRequiredService<ConsumedQueues>().Names.ToArray(),
                services.GetRequiredService<IOptions<WorkerOptions>>().Value.Lease,
            },
            cancellationToken) > 0;
    }

    [LoggerMessage(1144, LogLevel.Warning, "Cannot say that this worker is loading its models; jobs that wait for it are told that there is none: {Reason}")]
    private partial void LogUnannounced(string reason);
}
