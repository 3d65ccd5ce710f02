using Dapper;
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

    // Days that still have more than results, as reduce_job_day marks those that do not.
    private const string WholeNames = """
        select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
         where inhparent = 'jobs'::regclass and obj_description(pg_class.oid, 'pg_class') is distinct from 'results' order by relname
        """;

    // One at a time, however many processes start together.
    private const string Lock = "select pg_advisory_xact_lock(@Key)";

    // Whoever waits for the table waits behind this statement; better to try again another time.
    private const string LockTimeout = "select set_config('lock_timeout', '3s', true)";

    // The owner of the tables does it, whoever asks: these functions have its rights (migration 0037).
    private const string Create = "select make_job_day(@Day::date)";

    private const string DropDay = "select drop_job_day(@Day::date, @Since)";

    private const string ReduceDay = "select reduce_job_day(@Day::date, @Since)";

    // Workers may have users that may not. Processes of the API make the days.
    private const string MayCreate = "select has_function_privilege('make_job_day(date)', 'execute')";

    // Processes make days when they start and every hour after: a week is what all of them together may miss.
    private const int DaysAhead = 7;

    // Any constant that nobody else locks.
    private const long AdvisoryLock = 0x6a6f625f64617973;

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>Makes yesterday, for clocks that disagree, up to a week from today, as far as they are missing.</summary>
    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if ((await MissingAsync(connection, cancellationToken)).Count == 0 || !await connection.QuerySingleAsync<bool>(MayCreate, null, cancellationToken))
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
                await connection.ExecuteAsync(Create, new { Day = day }, cancellationToken);
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
        EachAsync(Names, age, DropDay, cancellationToken);

    /// <summary>Leaves of such days the jobs that succeeded, without their inputs and steps.</summary>
    /// <returns>How many were reduced just now.</returns>
    public Task<int> ReduceAsync(TimeSpan age, CancellationToken cancellationToken) =>
        EachAsync(WholeNames, age, ReduceDay, cancellationToken);

    private async Task<int> EachAsync(string names, TimeSpan age, string change, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - age;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var done = 0;
        foreach (var day in await DaysAsync(connection, names, cancellationToken))
        {
            if (JobDays.Start(day.AddDays(1)) <= since && await TryAsync(connection, change, day, since, cancellationToken))
            {
                done++;
            }
        }

        return done;
    }

    private async Task<bool> TryAsync(NpgsqlConnection connection, string change, DateOnly day, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await connection.ExecuteAsync(LockTimeout, null, cancellationToken);

            // No timeout: to copy the results of a large day takes as long as it takes.
            var isChanged = await connection.ExecuteScalarAsync<bool>(
                new CommandDefinition(change, new { Day = day, Since = since.UtcDateTime }, commandTimeout: 0, cancellationToken: cancellationToken));
            if (isChanged)
            {
                await transaction.CommitAsync(cancellationToken);
            }

            return isChanged;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable)
        {
            LogLocked(day);
            return false;
        }
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
