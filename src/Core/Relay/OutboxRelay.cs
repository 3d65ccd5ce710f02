using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Broker;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

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
    /// <summary>For so long a row is left to the process that holds its message in memory, or tried in vain.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // The locks keep other relays away until the commit; skip locked lets them work side by side. Bulk rows come after
    // all others: however many there are, they hold up nobody who waits.
    internal const string Take = """
        select id, job_id as JobId, queue, others from outbox
         where due_at <= now() order by bulk, due_at, id limit @Limit for update skip locked
        """;

    // A delete that a crash of the server takes back costs a second delivery, which finds nothing to do. So nobody waits for
    // the disk.
    internal const string Delete = """
        delete from outbox using (select set_config('synchronous_commit', 'off', true)) as unhurried where id = any(@Ids)
        """;

    // Behind the others: a queue that takes nothing must not hold up the rest.
    private const string Postpone = "update outbox set due_at = now() + @Grace where id = any(@Ids)";

    private readonly TimeSpan _pollInterval = options.Value.PollInterval;

    /// <summary>Sends one group of due rows; returns how many were taken.</summary>
    internal async Task<int> RelayAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var messages = await connection.QueryAsync<OutboxMessage>(Take, new { Limit = sender.GroupMax }, cancellationToken);
        if (messages.Count == 0)
        {
            return 0;
        }

        var (sent, unsent, failure) = await sender.SendAsync(messages, cancellationToken);
        if (sent.Length > 0)
        {
            await connection.ExecuteAsync(Delete, new { Ids = sent }, cancellationToken);
        }

        if (unsent.Length > 0)
        {
            await connection.ExecuteAsync(Postpone, new { Ids = unsent, Grace }, cancellationToken);
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

internal static class RelayRegistration
{
    /// <summary>This process carries dispatches to the broker: its own from memory, what is due from the outbox.</summary>
    public static IServiceCollection AddRelay(this IServiceCollection services) => services
        .AddSingleton<OutboxSender>()
        .AddHostedService<DispatchStart>()
        .AddHosted<DirectPublisher>()
        .AddHosted<OutboxRelay>();
}
