using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using RabbitMQ.Client;

namespace Pipeline.Core.Broker;

/// <summary>
/// Knows when RabbitMQ blocks publishers, and why: it is low on memory or on disk. The broker tells those who publish, so this sends
/// something to nobody every now and then, on a connection of its own. A broker that is away is somebody else's to notice.
/// </summary>
public sealed partial class BrokerAlarms(IOptions<BrokerOptions> options, TimeProvider time, ILogger<BrokerAlarms> logger) : LoopService(time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReconnectInterval = TimeSpan.FromSeconds(5);

    private volatile string? _reason;

    /// <summary>Why publishers are blocked, in the broker's words; null while they are not.</summary>
    public string? Reason => _reason;

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (!options.Value.IsMemory)
        {
            try
            {
                await WatchAsync(stoppingToken);
            }
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The connection broke, or there is none to be had: the parts that use the broker say so.
            }

            Tell(null);
            await Task.Delay(ReconnectInterval, Time, stoppingToken);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, Time, stoppingToken);
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var factory = options.Value.ConnectionFactory;
        factory.ClientProvidedName = "pipeline alarms";
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        connection.ConnectionBlockedAsync += (_, blocked) => Told(blocked.Reason);
        connection.ConnectionUnblockedAsync += (_, _) => Told(null);
        using var timer = new PeriodicTimer(Interval, Time);
        do
        {
            // What is sent while it is blocked would wait in the connection, and hold up its heartbeats.
            if (_reason is null)
            {
                await channel.BasicPublishAsync("", options.Value.QueueName("nobody"), ReadOnlyMemory<byte>.Empty, cancellationToken);
            }
        }
        while (channel.IsOpen && await timer.WaitForNextTickAsync(cancellationToken));

        Task Told(string? reason)
        {
            Tell(reason);
            return Task.CompletedTask;
        }
    }

    private void Tell(string? reason)
    {
        var before = _reason;
        _reason = reason;
        if (before is null && reason is not null)
        {
            LogBlocked(reason);
        }
        else if (before is not null && reason is null)
        {
            LogUnblocked();
        }
    }

    [LoggerMessage(1211, LogLevel.Warning, "RabbitMQ blocks publishers: {Reason}; jobs are accepted and wait until it takes messages again")]
    private partial void LogBlocked(string reason);

    [LoggerMessage(1212, LogLevel.Information, "RabbitMQ takes messages again")]
    private partial void LogUnblocked();
}

/// <summary>Degraded, not unhealthy: jobs are accepted all the same.</summary>
internal sealed class BrokerAlarmHealth(BrokerAlarms alarms) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(
        alarms.Reason is { } reason
            ? HealthCheckResult.Degraded($"RabbitMQ blocks publishers: {reason}. Jobs are accepted and wait until it takes messages again.")
            : HealthCheckResult.Healthy());
}

/// <summary>The broker takes no messages for now, and has said why.</summary>
public sealed class BrokerBlockedException(string reason) : Exception($"RabbitMQ blocks publishers: {reason}");
