using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Attempts;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Upkeep;

/// <summary>
/// Finds jobs whose worker died and jobs that expired while they waited, and makes the partitions of the days to come. Every
/// dispatching process runs one.
/// </summary>
public sealed partial class JobSweep(
    NpgsqlDataSource dataSource,
    JobPartitions partitions,
    AsyncAutoResetEvent signal,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<JobSweep> logger) : LoopService(time, logger)
{
    /// <summary>Workers that a job may take down before nobody else is risked.</summary>
    public const int DeathsMax = 2;

    private const int GroupMax = 1_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PartitionInterval = TimeSpan.FromHours(1);

    private long? _failedAt;

    /// <summary>What a living worker needs to renew its lease once the database is back.</summary>
    private TimeSpan Grace => options.Value.Lease;

    /// <summary>One sweep, as far as one group reaches; true when there may be more.</summary>
    public async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var parameters = new { Limit = GroupMax, DeathsMax, GraceSeconds = Grace.TotalSeconds };

        // While the database was out of reach no worker could renew its lease; none of them is dead for that.
        var orphans = _failedAt is { } failedAt && Time.GetElapsedTime(failedAt) < Grace
            ? 0
            : await connection.ExecuteScalarAsync<int>(new CommandDefinition(SweepSql.Orphans, parameters, cancellationToken: cancellationToken));
        var expired = await connection.ExecuteAsync(new CommandDefinition(SweepSql.Expired, parameters, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(SweepSql.DeadWorkers, cancellationToken: cancellationToken));
        if (orphans > 0)
        {
            LogOrphans(orphans);
            signal.Set();
        }

        return orphans == GroupMax || expired == GroupMax;
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, Time);
        var madeAt = Time.GetTimestamp(); // By the start of the process.
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (Time.GetElapsedTime(madeAt) >= PartitionInterval)
            {
                await partitions.MakeAsync(stoppingToken);
                madeAt = Time.GetTimestamp();
            }

            while (await SweepAsync(stoppingToken))
            {
            }

            RoundDone();
        }
    }

    protected override void OnFailed(bool isOutage) => _failedAt = Time.GetTimestamp();

    [LoggerMessage(1151, LogLevel.Warning, "Took {Count} jobs from workers that died")]
    private partial void LogOrphans(int count);
}
