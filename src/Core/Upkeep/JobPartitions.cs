using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Upkeep;

/// <summary>
/// Makes the days of <c>jobs</c> before they come, and reduces and drops those that are over. A job whose day was not made is kept all the
/// same, in the partition of all other days.
/// </summary>
public sealed partial class JobPartitions(NpgsqlDataSource dataSource, TimeProvider time, ILogger<JobPartitions> logger)
{
    private const string Names = """
        select relname from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'jobs'::regclass order by relname
        """;

    private const string Reduced = "results";

    /// <summary>Days that still have more than results.</summary>
    private const string WholeNames = $"""
        select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
         where inhparent = 'jobs'::regclass and obj_description(pg_class.oid, 'pg_class') is distinct from '{Reduced}' order by relname
        """;

    // In the order of the columns: a copy made like the table has the same, without those that were dropped.
    private const string ResultColumns = """
        select string_agg(case attname when 'input' then quote_literal('{}') || '::json' else quote_ident(attname) end, ', ' order by attnum)
          from pg_attribute where attrelid = 'jobs'::regclass and attnum > 0 and not attisdropped
        """;

    // One at a time, however many processes start together.
    private const string Lock = "select pg_advisory_xact_lock(@Key)";

    // Whoever waits for the table waits behind this statement; better to try again another time.
    private const string LockTimeout = "select set_config('lock_timeout', '3s', true)";

    /// <summary>Attached, not created in place: that would lock the whole table.</summary>
    internal static string Create(DateOnly day)
    {
        var partition = JobDays.Partition(day);
        var (from, to) = Bounds(day);
        return $"""
            create table {partition} (like jobs including defaults including constraints);
            with strays as (delete from jobs_default where id >= '{from}' and id < '{to}' returning *) insert into {partition} select * from strays;
            alter table jobs attach partition {partition} for values from ('{from}') to ('{to}')
            """;
    }

    /// <summary>Of one day alone: it is read meanwhile, and nothing in it is retried.</summary>
    private static string LockRows(DateOnly day) => $"lock table {JobDays.Partition(day)} in share mode";

    /// <summary>Copies the results of a day beside it, ready to take its place: the check spares a look at each row then.</summary>
    private static string CopyResults(DateOnly day, string columns)
    {
        var (copy, bounds) = (Copy(day), Bounds(day));
        return $"""
            create table {copy} (like jobs including defaults including constraints including indexes);
            insert into {copy} select {columns} from {JobDays.Partition(day)} where state = 'succeeded';
            alter table {copy} add constraint {copy}_day check (id >= '{bounds.From}' and id < '{bounds.To}');
            comment on table {copy} is '{Reduced}'
            """;
    }

    private static string PutCopy(DateOnly day)
    {
        var (copy, partition, bounds) = (Copy(day), JobDays.Partition(day), Bounds(day));
        return $"""
            drop table {partition};
            alter table {copy} rename to {partition};
            alter table jobs attach partition {partition} for values from ('{bounds.From}') to ('{bounds.To}')
            """;
    }

    // The parent first, as every query does. From here to the commit nothing is retried that would be dropped.
    private static string LockDay(DateOnly day) => $"lock table only jobs, {JobDays.Partition(day)} in access exclusive mode";

    /// <summary>Whether a day has a job that waits, runs, or ended after <c>@Since</c>. Three look-ups in indexes.</summary>
    private static string IsInUse(DateOnly day) => $"""
        select exists (select from {JobDays.Partition(day)} where state = 'queued')
            or exists (select from {JobDays.Partition(day)} where state = 'running')
            or exists (select from {JobDays.Partition(day)} where finished_at >= @Since)
        """;

    // Steps and turns are found by the day in the ids of their jobs.
    private const string DeleteSteps = "delete from job_steps where job_id >= @From and job_id < @To";

    private const string DeleteAttempts = "delete from job_attempts where job_id >= @From and job_id < @To";

    private const string DeleteSources = "delete from job_sources where job_id >= @From and job_id < @To";

    /// <summary>A conversation or interview outlives its jobs: what they answered moves to its turns.</summary>
    private static string KeepAnswers(DateOnly day) => $"""
        update conversation_messages set result = answered.result from {JobDays.Partition(day)} answered
         where conversation_messages.job_id >= @From and conversation_messages.job_id < @To
           and answered.id = conversation_messages.job_id and answered.state = 'succeeded'
        """;

    private static string Drop(DateOnly day) => $"drop table {JobDays.Partition(day)}";

    /// <summary>The least id of a day, and that of the next.</summary>
    private static (Guid From, Guid To) Bounds(DateOnly day) => (JobDays.Floor(JobDays.Start(day)), JobDays.Floor(JobDays.Start(day.AddDays(1))));

    private static string Copy(DateOnly day) => JobDays.Partition(day) + "_results";

    // Processes make days when they start and every hour after: a week is what all of them together may miss.
    private const int DaysAhead = 7;

    // Any constant that nobody else locks.
    private const long AdvisoryLock = 0x6a6f625f64617973;

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>Makes yesterday, for clocks that disagree, up to a week from today, as far as they are missing.</summary>
    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if ((await MissingAsync(connection, cancellationToken)).Count == 0)
        {
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Lock, new { Key = AdvisoryLock }, cancellationToken);
        await connection.ExecuteAsync(LockTimeout, null, cancellationToken);
        try
        {
            foreach (var day in await MissingAsync(connection, cancellationToken))
            {
                await connection.ExecuteAsync(Create(day), null, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable)
        {
            LogNotMade();
        }
    }

    /// <summary>Drops the days that ended longer ago than <paramref name="age"/> and have no job that waits, runs, or ended since.</summary>
    /// <returns>How many; a day that is locked or in use is left for another time.</returns>
    public Task<int> DropAsync(TimeSpan age, CancellationToken cancellationToken) =>
        EachAsync(Names, age, DropAsync, cancellationToken);

    /// <summary>Leaves of such days the jobs that succeeded, without their inputs and steps.</summary>
    /// <returns>How many were reduced just now.</returns>
    public Task<int> ReduceAsync(TimeSpan age, CancellationToken cancellationToken) =>
        EachAsync(WholeNames, age, ReduceAsync, cancellationToken);

    private async Task<int> EachAsync(
        string names, TimeSpan age, Func<NpgsqlConnection, DateOnly, DateTimeOffset, CancellationToken, Task<bool>> tryDo, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - age;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var done = 0;
        foreach (var day in await DaysAsync(connection, names, cancellationToken))
        {
            if (JobDays.Start(day.AddDays(1)) <= since && await TryAsync(connection, day, since, tryDo, cancellationToken))
            {
                done++;
            }
        }

        return done;
    }

    private async Task<bool> TryAsync(
        NpgsqlConnection connection,
        DateOnly day,
        DateTimeOffset since,
        Func<NpgsqlConnection, DateOnly, DateTimeOffset, CancellationToken, Task<bool>> tryDo,
        CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await connection.ExecuteAsync(LockTimeout, null, cancellationToken);
            if (!await tryDo(connection, day, since, cancellationToken))
            {
                return false;
            }

            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable)
        {
            LogLocked(day);
            return false;
        }
    }

    private static async Task<bool> DropAsync(NpgsqlConnection connection, DateOnly day, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(LockDay(day), null, cancellationToken);
        if (await IsInUseAsync(connection, day, since, cancellationToken))
        {
            return false;
        }

        await connection.ExecuteAsync(KeepAnswers(day), Ids(day), cancellationToken);
        await connection.ExecuteAsync(DeleteSteps, Ids(day), cancellationToken);
        await connection.ExecuteAsync(DeleteAttempts, Ids(day), cancellationToken);
        await connection.ExecuteAsync(DeleteSources, Ids(day), cancellationToken);
        await connection.ExecuteAsync(Drop(day), null, cancellationToken);
        return true;
    }

    private static async Task<bool> ReduceAsync(NpgsqlConnection connection, DateOnly day, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(LockRows(day), null, cancellationToken);
        if (await IsInUseAsync(connection, day, since, cancellationToken))
        {
            return false;
        }

        var columns = await connection.ExecuteScalarAsync<string>(ResultColumns, null, cancellationToken);
        await connection.ExecuteAsync(CopyResults(day, columns!), null, cancellationToken);
        await connection.ExecuteAsync(DeleteSteps, Ids(day), cancellationToken);
        await connection.ExecuteAsync(LockDay(day), null, cancellationToken);
        await connection.ExecuteAsync(PutCopy(day), null, cancellationToken);
        return true;
    }

    private static Task<bool> IsInUseAsync(NpgsqlConnection connection, DateOnly day, DateTimeOffset since, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<bool>(IsInUse(day), new { Since = since }, cancellationToken);

    private static object Ids(DateOnly day)
    {
        var (from, to) = Bounds(day);
        return new { From = from, To = to };
    }

    private async Task<IReadOnlyList<DateOnly>> MissingAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        [.. Enumerable.Range(-1, DaysAhead + 2).Select(Today.AddDays).Except(await DaysAsync(connection, Names, cancellationToken))];

    private static async Task<IReadOnlyList<DateOnly>> DaysAsync(NpgsqlConnection connection, string names, CancellationToken cancellationToken) =>
        [.. (await connection.QueryAsync<string>(names, null, cancellationToken)).Select(JobDays.Day).OfType<DateOnly>()];

    [LoggerMessage(1162, LogLevel.Warning, "The partitions of the coming week could not be created, the table is locked; trying again in an hour")]
    private partial void LogNotMade();

    [LoggerMessage(1161, LogLevel.Warning, "The jobs of {Day} could not be locked and are kept for now")]
    private partial void LogLocked(DateOnly day);
}
