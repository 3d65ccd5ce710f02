using System.Data;
using Dapper;
using Npgsql;
using Pipeline.Core.Jobs;

namespace Pipeline.Bench.Jobs;

/// <summary>A database of the pipeline, with the finished jobs of the last month in it, or without.</summary>
internal static class History
{
    private const int Days = 30;

    // Spread evenly over a day.
    private const string Fill = """
        insert into jobs (id, client_id, kind, queue, state, attempt, created_at, queued_at, started_at, finished_at, finished_xid, input, result)
        select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
               '00000000-0000-0000-0000-000000000000', 'emotion', 'emotion', 'succeeded', 1, at, at, at, at, pg_current_xact_id(),
               json_build_object('text', repeat('x', 120)), '{"ok":true,"length":120}'
          from (select n, @From + n * (interval '1 day' / @Rows) as at from generate_series(0, @Rows - 1) n) rows
        """;

    /// <summary>The jobs of the day of the measurement; history is in other partitions. At midnight (UTC) a run goes wrong.</summary>
    public static string Today(TimeProvider time) => Partition(time.GetUtcNow());

    public static string Partition(DateTimeOffset day) => JobDays.Partition(DateOnly.FromDateTime(day.UtcDateTime));

    /// <returns>The connection string of the new database.</returns>
    public static async Task<string> CreateDatabaseAsync(Stage stage, string name, CancellationToken cancellationToken)
    {
        await using NpgsqlDataSource server = NpgsqlDataSource.Create(stage.Servers.Postgres);
        await ExecuteAsync(server, $"drop database if exists \"{name}\" with (force)", null, cancellationToken);
        await ExecuteAsync(server, $"create database \"{name}\"", null, cancellationToken);
        return stage.Servers.Database(name);
    }

    /// <summary>Writes this many finished jobs over the days of a month.</summary>
    public static async Task WriteAsync(string postgres, int rows, TimeProvider time, TextWriter progress, CancellationToken cancellationToken)
    {
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres) { CommandTimeout = 0 });
        DateTimeOffset today = new(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        for (int ago = Days; ago >= 1; ago--)
        {
            DateTimeOffset from = today.AddDays(-ago);
            if (ago > 1) // Yesterday is there.
            {
                await ExecuteAsync(database, CreateDay(from), null, cancellationToken);
            }

            await ExecuteAsync(database, Fill, new { From = from.UtcDateTime, Rows = rows / Days }, cancellationToken);
            await progress.WriteLineAsync($"history: {(Days - ago + 1) * (rows / Days):N0} jobs");
        }

        await ExecuteAsync(database, "vacuum analyze jobs", null, cancellationToken);
    }

    /// <summary>SQL: the partition of a day, as every process makes it for the days to come.</summary>
    private static string CreateDay(DateTimeOffset day) =>
        $"create table {Partition(day)} partition of jobs for values from ('{JobDays.Floor(day)}') to ('{JobDays.Floor(day.AddDays(1))}')";

    private static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(sql, parameters, commandType: CommandType.Text, cancellationToken: cancellationToken));
    }
}
