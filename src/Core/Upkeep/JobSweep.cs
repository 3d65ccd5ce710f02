using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;
using Pipeline.Core.Telemetry;

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
    // Several processes sweep; skip locked keeps them out of each other's way. A server that has just started has not
    // given the living workers the time to renew their leases.
    private const string Orphans = """
        with alone as materialized (
            -- What one worker leaves behind is judged as a whole, by one process.
            select pg_try_advisory_xact_lock(hashtextextended('sweep', 0)) as is_mine),
        orphans as (
            select id, worker_id, deaths, suspects from jobs
             where state = 'running' and (select is_mine from alone) and pg_postmaster_start_time() < now() - @GraceSeconds * interval '1 second'
               and not exists (select from workers where workers.id = jobs.worker_id and lease_until > now())
             limit @Limit for update skip locked),
        beside as (
            select id, deaths,
                   count(*) filter (where deaths > 0) over (partition by worker_id)::int as candidates,
                   count(*) filter (where deaths = 0) over (partition by worker_id)::int as others,
                   coalesce(bool_or(deaths > 0 and suspects = 1) over (partition by worker_id), false) as was_alone
              from orphans),
        judged as (
            -- Where a worker ran poison candidates, nobody else is suspected. But what is suspected alone for the first time may have run
            -- beside another that kills: then that one is tried apart from it before either is convicted.
            select id,
                   case when deaths > 0 then candidates when candidates = 0 or (candidates = 1 and not was_alone) then others end as suspects,
                   deaths + 1 >= @DeathsMax and case when deaths > 0 then candidates = 1 and (others = 0 or was_alone) else candidates = 0 and others = 1 end as is_guilty
              from beside),
        swept as (
            update jobs set deaths = deaths + case when j.suspects is null then 0 else 1 end, suspects = coalesce(j.suspects, jobs.suspects),
                   worker_id = null, queued_at = now(),
                   state = case when is_guilty then 'failed' else 'queued' end,
                   finished_at = case when is_guilty then now() end,
                   finished_xid = case when is_guilty then pg_current_xact_id() end,
                   error_code = case when is_guilty then 'quarantined' else 'worker_lost' end,
                   error = case when is_guilty
                     then format('%s workers died while they ran this job; it is not given to another. Look at it, then retry it.', deaths + 1)
                     else 'The worker that ran this job died.' end
              from judged j where jobs.id = j.id
            returning jobs.id, client_id, queue, kind, state),
        dispatched as (
            insert into dispatches (job_id, queue, client_id, ahead) select id, queue, client_id, true from swept where state = 'queued')
        select queue, kind, state, count(*)::int from swept group by queue, kind, state
        """;

    private const string Expired = """
        with expired as (
            select id from jobs
             where state in ('queued', 'running') and expires_at <= now()
             limit @Limit for update skip locked),
        ended as (
            update jobs set state = 'expired', finished_at = now(), finished_xid = pg_current_xact_id(), due_at = null, worker_id = null
             where id in (select id from expired) returning queue, kind)
        select queue, kind, count(*)::int from ended group by queue, kind
        """;

    private const string DeadWorkers = "delete from workers where lease_until < now() - interval '1 hour'";

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
        var parameters = new { Limit = GroupMax, options.Value.DeathsMax, GraceSeconds = Grace.TotalSeconds };

        // While the database was out of reach no worker could renew its lease; none of them is dead for that.
        var orphans = _failedAt is { } failedAt && Time.GetElapsedTime(failedAt) < Grace
            ? 0
            : Count(await connection.QueryAsync<(string Queue, string Kind, string State, int Jobs)>(Orphans, parameters, cancellationToken));
        var gone = await connection.QueryAsync<(string Queue, string Kind, int Jobs)>(Expired, parameters, cancellationToken);
        JobMeter.Ended(gone, JobState.Expired, errorCode: null);
        var expired = gone.Sum(jobs => jobs.Jobs);
        await connection.ExecuteAsync(DeadWorkers, null, cancellationToken);
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

    private static int Count(IReadOnlyList<(string Queue, string Kind, string State, int Jobs)> swept)
    {
        foreach (var (queue, kind, state, jobs) in swept)
        {
            JobMeter.LostLease(queue, "worker_lost", jobs);
            if (state == JobState.Failed)
            {
                JobMeter.Ended(kind, queue, state, JobErrorCode.Quarantined, jobs);
            }
        }

        return swept.Sum(group => group.Jobs);
    }

    protected override void OnFailed(bool isOutage) => _failedAt = Time.GetTimestamp();

    [LoggerMessage(1151, LogLevel.Warning, "Took {Count} jobs from workers that died")]
    private partial void LogOrphans(int count);
}

internal static class UpkeepRegistration
{
    /// <summary>This process looks after jobs that nobody else does: of dead workers, expired ones, and the days to come.</summary>
    public static IServiceCollection AddUpkeep(this IServiceCollection services) => services
        .AddValidated<WorkerOptions, WorkerOptionsValidator>(WorkerOptions.Section)
        .AddHosted<JobSweep>();
}
