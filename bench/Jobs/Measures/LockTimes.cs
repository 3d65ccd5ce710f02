using Dapper;
using Npgsql;

namespace Pipeline.Bench.Jobs.Measures;

/// <summary>How long transactions of clients that have changed rows were open, as pg_stat_activity shows it every two milliseconds.</summary>
internal static class LockTimes
{
    // Whoever has a transaction id holds the rows that it changed. Its age counts from the first statement, so it is no less than that of its locks.
    private const string Writing = """
        select backend_xid::text as Id, extract(epoch from clock_timestamp() - xact_start)::float8 * 1000 as Milliseconds from pg_stat_activity
         where datname = current_database() and backend_xid is not null and pid <> pg_backend_pid() and backend_type = 'client backend'
        """;

    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(2);

    /// <returns>Of each transaction that was seen while something went on, the least first.</returns>
    public static async Task<double[]> WatchAsync(Stage stage, Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        Dictionary<string, double> seen = [];
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(stage.Servers.Postgres);
        await using NpgsqlConnection connection = await database.OpenConnectionAsync(cancellationToken);
        Task acting = act(cancellationToken);
        while (!acting.IsCompleted)
        {
            foreach ((string id, double milliseconds) in await connection.QueryAsync<(string, double)>(new CommandDefinition(Writing, cancellationToken: cancellationToken)))
            {
                seen[id] = milliseconds;
            }

            await Task.Delay(_interval, stage.Time, cancellationToken);
        }

        await acting;
        return [.. seen.Values.Order()];
    }
}
