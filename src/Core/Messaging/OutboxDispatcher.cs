using Dapper;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Messaging;

/// <summary>
/// Carries the outbox to the broker. Rows go only after the broker has confirmed their messages, so a job may be dispatched
/// twice and never not at all; while the broker is away the rows wait.
/// </summary>
public sealed partial class OutboxDispatcher(
    NpgsqlDataSource dataSource,
    LaneSender sender,
    WakeSignal signal,
    IOptions<BrokerOptions> options,
    TimeProvider time,
    ILogger<OutboxDispatcher> logger) : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly BrokerOptions _options = options.Value;
    private bool _failing;

    /// <summary>Dispatches one group of due rows; returns how many.</summary>
    internal async Task<int> DispatchAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(Guid JobId, string Lane)>(new CommandDefinition(
            OutboxSql.Take, new { Limit = _options.DispatchGroupMax }, cancellationToken: cancellationToken))).AsList();
        if (rows.Count == 0)
        {
            return 0;
        }

        using var confirmed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        confirmed.CancelAfter(_options.ConfirmTimeout);
        await Task.WhenAll(rows.Select(row => sender.SendAsync(row.Lane, new JobReady(row.JobId), confirmed.Token)));
        await transaction.CommitAsync(cancellationToken);
        return rows.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                var dispatched = await DispatchAsync(stoppingToken);
                if (_failing)
                {
                    _failing = false;
                    LogRecovered();
                }

                if (dispatched < _options.DispatchGroupMax)
                {
                    await signal.WaitAsync(_options.PollInterval, stoppingToken);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested && IsPassing(e))
            {
                // Said once an outage: it is looked at every second.
                if (!_failing)
                {
                    _failing = true;
                    LogFailing(e.Message);
                }

                await Task.Delay(RetryInterval, time, stoppingToken);
            }
        }
    }

    // MassTransit wraps broker trouble in its own exceptions; a confirm that does not come in time cancels.
    private static bool IsPassing(Exception exception) =>
        TransientErrors.IsTransient(exception) || exception is OperationCanceledException or MassTransitException or RabbitMQ.Client.Exceptions.RabbitMQClientException;

    [LoggerMessage(1201, LogLevel.Warning, "Cannot dispatch, jobs wait in the outbox: {Reason}")]
    private partial void LogFailing(string reason);

    [LoggerMessage(1202, LogLevel.Information, "Dispatching again")]
    private partial void LogRecovered();
}
