using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Upkeep;

/// <summary>
/// Makes the days of <c>jobs</c> before they come, and reduces and drops those that are over. A job whose day was not made is kept all the
/// same, in the partition of all other days.
/// </summary>
public sealed partial class JobPartitions(NpgsqlDataSource dataSource, TimeProvider time, ILogger<JobPartitions> logger)
{
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
        await ExecuteAsync(connection, PartitionSql.Lock, new { Key = AdvisoryLock }, cancellationToken);
        await ExecuteAsync(connection, PartitionSql.LockTimeout, null, cancellationToken);
        try
        {
            foreach (var day in await MissingAsync(connection, cancellationToken))
            {
                await ExecuteAsync(connection, PartitionSql.Create(day), null, cancellationToken);
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
        EachAsync(PartitionSql.Names, age, DropAsync, cancellationToken);

    /// <summary>Leaves of such days the jobs that succeeded, without their inputs and steps.</summary>
    /// <returns>How many were reduced just now.</returns>
    public Task<int> ReduceAsync(TimeSpan age, CancellationToken cancellationToken) =>
        EachAsync(PartitionSql.WholeNames, age, ReduceAsync, cancellationToken);

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
            await ExecuteAsync(connection, PartitionSql.LockTimeout, null, cancellationToken);
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
        await ExecuteAsync(connection, PartitionSql.LockDay(day), null, cancellationToken);
        if (await IsInUseAsync(connection, day, since, cancellationToken))
        {
            return false;
        }

        await ExecuteAsync(connection, PartitionSql.KeepAnswers(day), Ids(day), cancellationToken);
        await ExecuteAsync(connection, PartitionSql.DeleteSteps, Ids(day), cancellationToken);
        await ExecuteAsync(connection, PartitionSql.Drop(day), null, cancellationToken);
        return true;
    }

    private static async Task<bool> ReduceAsync(NpgsqlConnection connection, DateOnly day, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, PartitionSql.LockRows(day), null, cancellationToken);
        if (await IsInUseAsync(connection, day, since, cancellationToken))
        {
            return false;
        }

        var columns = await connection.ExecuteScalarAsync<string>(new CommandDefinition(PartitionSql.ResultColumns, cancellationToken: cancellationToken));
        await ExecuteAsync(connection, PartitionSql.CopyResults(day, columns!), null, cancellationToken);
        await ExecuteAsync(connection, PartitionSql.DeleteSteps, Ids(day), cancellationToken);
        await ExecuteAsync(connection, PartitionSql.LockDay(day), null, cancellationToken);
        await ExecuteAsync(connection, PartitionSql.PutCopy(day), null, cancellationToken);
        return true;
    }

    private static Task<bool> IsInUseAsync(NpgsqlConnection connection, DateOnly day, DateTimeOffset since, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(PartitionSql.IsInUse(day), new { Since = since }, cancellationToken: cancellationToken));

    private static object Ids(DateOnly day)
    {
        var (from, to) = PartitionSql.Bounds(day);
        return new { From = from, To = to };
    }

    private async Task<IReadOnlyList<DateOnly>> MissingAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        [.. Enumerable.Range(-1, DaysAhead + 2).Select(Today.AddDays).Except(await DaysAsync(connection, PartitionSql.Names, cancellationToken))];

    private static async Task<IReadOnlyList<DateOnly>> DaysAsync(NpgsqlConnection connection, string names, CancellationToken cancellationToken) =>
        [.. (await connection.QueryAsync<string>(new CommandDefinition(names, cancellationToken: cancellationToken))).Select(JobDays.Day).OfType<DateOnly>()];

    private static Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));

    [LoggerMessage(1162, LogLevel.Warning, "The partitions of the coming week could not be created, the table is locked; trying again in an hour")]
    private partial void LogNotMade();

    [LoggerMessage(1161, LogLevel.Warning, "The jobs of {Day} could not be locked and are kept for now")]
    private partial void LogLocked(DateOnly day);
}
