using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Cli.Demo;

/// <summary>The database of the demo, which it has to itself: nothing of it is among a user's own jobs.</summary>
internal static class DemoDatabase
{
    // As if the local client had been there since the first day.
    private const string BackDate = "update clients set created_at = @Since where id = @LocalId";

    private const string Left = "select count(*)::int from jobs where state in ('queued', 'running')";

    /// <summary>Creates the database of the connection string again, empty.</summary>
    public static async Task CreateAsync(string connectionString, CancellationToken cancellationToken)
    {
        NpgsqlConnectionStringBuilder demo = new(connectionString);
        await using var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres" });
        await using var connection = await server.OpenConnectionAsync(cancellationToken);
        var name = $"\"{demo.Database!.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        await connection.ExecuteAsync($"drop database if exists {name} with (force)", null, cancellationToken);
        await connection.ExecuteAsync($"create database {name}", null, cancellationToken);
    }

    public static Task BackDateAsync(NpgsqlDataSource dataSource, DateTimeOffset since, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(BackDate, new { Since = since.UtcDateTime, Core.Clients.Client.LocalId }, cancellationToken);

    /// <summary>Jobs that are not finished.</summary>
    public static Task<int> LeftAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        dataSource.ExecuteScalarAsync<int>(Left, null, cancellationToken);
}
