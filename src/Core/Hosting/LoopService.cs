using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Hosting;

/// <summary>
/// A loop that runs as long as its host and outlives what goes wrong in a round: it says so once an outage, waits, and starts
/// over. It ends quietly when it is asked to: a host whose start failed disposes its services without stopping them, and would
/// report each canceled loop as a crash, over the one sentence that matters.
/// </summary>
public abstract partial class LoopService(TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryIntervalAfterError = TimeSpan.FromSeconds(5);

    private bool _failing;
    private bool _told;

    /// <summary>Where outages of servers are told of, once for all loops; null before the host starts, and in none.</summary>
    internal OutageLog? Outages { get; set; }

    protected TimeProvider Time { get; } = time;

    /// <summary>The loop. Started again after it threw, so it keeps no state on its stack that it could not do without.</summary>
    protected abstract Task LoopAsync(CancellationToken stoppingToken);

    /// <summary>Called by the loop after each round that went well.</summary>
    protected void RoundDone()
    {
        if (_failing)
        {
            _failing = false;
            Outages?.Works(this);
            if (_told)
            {
                _told = false;
                LogRecovered(logger);
            }
        }
    }

    /// <summary>A round failed; <paramref name="isOutage"/>: for a reason outside of this process that passes.</summary>
    protected virtual void OnFailed(bool isOutage)
    {
    }

    /// <summary>Whether an exception is somebody's outage and no bug. Loops that talk to more than Postgres know more.</summary>
    protected virtual bool IsOutage(Exception exception) => TransientErrors.IsTransient(exception);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await RunUntilFailureAsync(stoppingToken);
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to end. The bus stops first: what a round in flight then throws is the stop's doing.
        }
    }

    private async Task RunUntilFailureAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LoopAsync(stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            var isOutage = IsOutage(e);
            OnFailed(isOutage);
            if (!isOutage)
            {
                LogError(logger, e);
                _told = true;
            }
            else if (Outages?.Failed(this, e) is not true && !_told)
            {
                LogOutage(logger, e.GetBaseException().Message);
                _told = true;
            }

            _failing = true;
            await Task.Delay(isOutage ? RetryInterval : RetryIntervalAfterError, Time, stoppingToken);
        }
    }

    [LoggerMessage(1301, LogLevel.Warning, "Trying again until it works: {Reason}")]
    private static partial void LogOutage(ILogger logger, string reason);

    [LoggerMessage(1302, LogLevel.Error, "A round failed; starting over")]
    private static partial void LogError(ILogger logger, Exception exception);

    [LoggerMessage(1303, LogLevel.Information, "Works again")]
    private static partial void LogRecovered(ILogger logger);
}
