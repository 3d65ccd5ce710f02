using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Broker;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Relay;

/// <summary>
/// Dispatches every waiting job again where the broker cannot know of any: one in memory begins empty, and of another an
/// operator says so. A job that the broker knows of all the same runs once.
/// </summary>
internal sealed partial class DispatchStart(NpgsqlDataSource dataSource, IOptions<BrokerOptions> options, ILogger<DispatchStart> logger) : StartupStep
{
    // What is not due yet has its row already.
    internal const string Redispatch = """
        insert into outbox (job_id, queue)
        select id, queue from jobs
         where state = 'queued' and (due_at is null or due_at <= now())
           and id not in (select job_id from outbox union all select unnest(others) from outbox)
        """;

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.IsMemory || options.Value.RedispatchAtStart)
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);

            // No timeout: millions may wait.
            var jobs = await connection.ExecuteAsync(new CommandDefinition(Redispatch, commandTimeout: 0, cancellationToken: cancellationToken));
            LogRedispatched(jobs);
        }
    }

    [LoggerMessage(1207, LogLevel.Information, "Dispatching {Jobs} waiting jobs again")]
    private partial void LogRedispatched(int jobs);
}
