using System.Data;
using Dapper;
using Npgsql;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs;

/// <summary>The durable results of one side.</summary>
/// <param name="count">SQL: how many there are.</param>
/// <param name="clear">SQL: empties the tables.</param>
internal sealed class Results(string side, NpgsqlDataSource dataSource, string count, string clear, TimeProvider time) : IAsyncDisposable
{
    private const string Schema = """
        create table jobs (id bigint primary key, kind text not null, data text not null, created_at timestamptz not null default now());
        create table results (id bigint primary key, status text not null, output text not null, finished_at timestamptz not null default now());
        """;

    private const int AttemptsMax = 10;

    // Workers that begin with the first job need their time; nobody stands still as long afterwards.
    private static readonly TimeSpan _standstillMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _pollIntervalMin = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan _pollIntervalMax = TimeSpan.FromMilliseconds(500);

    /// <summary>A new database for a peer, whose tables are as a user would make them.</summary>
    public static async Task<Results> CreateAsync(Stage stage, string peer, CancellationToken cancellationToken)
    {
        await using (NpgsqlDataSource server = NpgsqlDataSource.Create(stage.Servers.Postgres))
        {
            await ExecuteAsync(server, $"drop database if exists \"{peer}\" with (force)", cancellationToken);
            await ExecuteAsync(server, $"create database \"{peer}\"", cancellationToken);
        }

        NpgsqlDataSource database = NpgsqlDataSource.Create(stage.Servers.Database(peer));
        await ExecuteAsync(database, Schema, cancellationToken);
        return new(peer, database, "select count(*)::int from results", "truncate jobs, results", stage.Time);
    }

    /// <summary>Back to none, and what was written before is on disk: no side pays for another's checkpoint.</summary>
    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await ExecuteAsync(dataSource, clear, cancellationToken);
                break;
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DeadlockDetected && attempt < AttemptsMax)
            {
                // A statement of the running system held what this one wanted, and the other way round; that one has gone on.
            }
        }

        await ExecuteAsync(dataSource, "checkpoint", cancellationToken);
    }

    /// <summary>Returns when all are there. Asks rarely at first and often towards the end: asking costs what is measured.</summary>
    public async Task WaitAsync(int wanted, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        long start = time.GetTimestamp();
        (long moved, int before) = (start, 0);
        while (true)
        {
            int found = await connection.ExecuteScalarAsync<int>(new CommandDefinition(count, cancellationToken: cancellationToken));
            if (found >= wanted)
            {
                return;
            }

            moved = found > before ? time.GetTimestamp() : moved;
            before = found;
            if (time.GetElapsedTime(moved) > _standstillMax)
            {
                throw new BenchException($"{side} has {found} of {wanted} results and no more came for {_standstillMax.TotalSeconds} s; see its logs under .local/bench/logs.");
            }

            TimeSpan left = found is 0 ? _pollIntervalMax : time.GetElapsedTime(start) * ((double)(wanted - found) / found);
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(left.Ticks / 2, _pollIntervalMin.Ticks, _pollIntervalMax.Ticks)), time, cancellationToken);
        }
    }

    /// <summary>Connections that the database has at the moment.</summary>
    public async Task<int> CountConnectionsAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "select count(*)::int from pg_stat_activity where datname = current_database()", cancellationToken: cancellationToken));
    }

    public ValueTask DisposeAsync() => dataSource.DisposeAsync();

    private static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(sql, commandType: CommandType.Text, cancellationToken: cancellationToken)); // One word would be a procedure.
    }
}
