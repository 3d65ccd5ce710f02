using Dapper;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Messaging;

/// <summary>
/// Carries the outbox to the broker. Rows go only after the broker has confirmed their messages, so a job may be dispatched
/// twice and never not at all; while the broker is away the rows wait.
/// </summary>
public sealed class OutboxDispatcher(
    NpgsqlDataSource dataSource,
    LaneSender sender,
    WakeSignal signal,
    IOptions<BrokerOptions> options,
    TimeProvider time,
    ILogger<OutboxDispatcher> logger) : LoopService(time, logger)
{
    private readonly BrokerOptions _options = options.Value;

    /// <summary>Dispatches one group of due rows; returns how many were taken.</summary>
    internal async Task<int> DispatchAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(long Id, Guid JobId, string Lane, Guid[]? Others)>(new CommandDefinition(
            OutboxSql.Take, new { Limit = _options.DispatchGroupMax }, cancellationToken: cancellationToken))).AsList();
        if (rows.Count == 0)
        {
            return 0;
        }

        using var confirmed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        confirmed.CancelAfter(_options.ConfirmTimeout);
        var failures = await Task.WhenAll(rows.Select(row => SendAsync(row.Lane, new JobReady(row.JobId) { Others = row.Others }, confirmed.Token)));
        cancellationToken.ThrowIfCancellationRequested();

        await ExecuteAsync(OutboxSql.Delete, succeeded: true);
        await ExecuteAsync(OutboxSql.Postpone, succeeded: false);
        await transaction.CommitAsync(cancellationToken);
        return failures.FirstOrDefault(failure => failure is not null) is { } first ? throw first : rows.Count;

        async Task ExecuteAsync(string sql, bool succeeded)
        {
            long[] ids = [.. rows.Where((_, i) => failures[i] is null == succeeded).Select(row => row.Id)];
            if (ids.Length > 0)
            {
                await connection.ExecuteAsync(new CommandDefinition(sql, new { Ids = ids }, cancellationToken: cancellationToken));
            }
        }
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var dispatched = await DispatchAsync(stoppingToken);
            RoundDone();
            if (dispatched < _options.DispatchGroupMax)
            {
                await signal.WaitAsync(_options.PollInterval, stoppingToken);
            }
        }
    }

    // MassTransit wraps broker trouble in its own exceptions; a confirm that does not come in time cancels.
    protected override bool IsOutage(Exception exception) =>
        base.IsOutage(exception) || exception is OperationCanceledException or MassTransitException or RabbitMQClientException;

    /// <summary>Null when the broker has confirmed the message.</summary>
    private async Task<Exception?> SendAsync(string lane, JobReady message, CancellationToken cancellationToken)
    {
        try
        {
            await sender.SendAsync(lane, message, cancellationToken);
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is, it concerns this message alone; the loop tells of it.
            return e;
        }
    }
}
