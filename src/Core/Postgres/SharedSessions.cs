using Npgsql;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Postgres;

/// <summary>
/// Refuses a pooler that lends sessions of the server for one transaction each, as PgBouncer does with pool_mode=transaction: advisory
/// locks would stay with whoever gets the session next, and prepared statements would be missing.
/// </summary>
internal static class SharedSessions
{
    private const string ServerProcess = "select pg_backend_pid()";

    private const int Rounds = 4;

    /// <exception cref="StartupException">Two sessions are served by one process of the server, or one by several.</exception>
    public static async Task RefuseAsync(NpgsqlDataSource dataSource, string server, CancellationToken cancellationToken)
    {
        // Asked in turn: such a pooler gives each of them the session that was used last.
        await using var one = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var other = await dataSource.OpenConnectionAsync(cancellationToken);
        var processes = new HashSet<(NpgsqlConnection, int)>();
        for (var round = 0; round < Rounds; round++)
        {
            processes.Add((one, await one.QuerySingleAsync<int>(ServerProcess, null, cancellationToken)));
            processes.Add((other, await other.QuerySingleAsync<int>(ServerProcess, null, cancellationToken)));
        }

        if (processes.Count > 2 || processes.Select(process => process.Item2).Distinct().Count() < 2)
        {
            throw new StartupException(
                $"A pooler at {server} lends sessions of PostgreSQL for one transaction each, and Pipeline needs sessions of its own. "
                + "Set Postgres:ConnectionString to the server itself or to a pool whose mode is session (pool_mode=session in PgBouncer).");
        }
    }
}
