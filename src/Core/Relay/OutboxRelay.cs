using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Broker;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Relay;

/// <summary>
/// Carries what is due in the outbox to the broker. Rows go only after the broker has confirmed their messages, so a job is sent
/// at least once; while the broker is away the rows wait.
/// </summary>
public sealed class OutboxRelay(
    NpgsqlDataSource dataSource,
    OutboxSender sender,
    AsyncAutoResetEvent signal,
    IOptions<BrokerOptions> options,
    TimeProvider time,
    ILogger<OutboxRelay> logger) : LoopService(time, logger)
{
    private readonly TimeSpan _pollInterval = options.Value.PollInterval;

    /// <summary>Sends one group of due rows; returns how many were taken.</summary>
    internal async Task<int> RelayAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var messages = (await connection.QueryAsync<OutboxMessage>(new CommandDefinition(
            OutboxSql.Take, new { Limit = sender.GroupMax }, cancellationToken: cancellationToken))).AsList();
        if (messages.Count == 0)
        {
            return 0;
        }

        var (sent, unsent, failure) = await sender.SendAsync(messages, cancellationToken);
        if (sent.Length > 0)
        {
            await connection.ExecuteAsync(new CommandDefinition(OutboxSql.Delete, new { Ids = sent }, cancellationToken: cancellationToken));
        }

        if (unsent.Length > 0)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                OutboxSql.Postpone, new { Ids = unsent, OutboxSql.Grace }, cancellationToken: cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
        return failure is null ? messages.Count : throw failure;
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var relayed = await RelayAsync(stoppingToken);
            RoundDone();
            if (relayed < sender.GroupMax)
            {
                await signal.WaitAsync(_pollInterval, stoppingToken);
            }
        }
    }

    protected override bool IsOutage(Exception exception) => OutboxSender.IsOutage(exception);
}
