using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Core.Postgres;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.TestSupport.Services;

/// <summary>A migrated, empty database that others are copied from: a copy takes a tenth of the time of the migrations.</summary>
internal static class DatabaseTemplate
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> ByServer = new();

    /// <summary>The name of the server's template for this build's migrations, made if there is none yet. It stays for the next run.</summary>
    /// <param name="server">Connection string of a user who may create databases.</param>
    public static Task<string> GetAsync(string server) => ByServer.GetOrAdd(server, _ => new(() => MakeAsync(server))).Value;

    private static async Task<string> MakeAsync(string server)
    {
        var migrations = Migration.EmbeddedIn(typeof(Migration).Assembly);
        var checksums = Encoding.UTF8.GetBytes(string.Concat(migrations.Select(migration => migration.Checksum)));
        var name = $"test_template_{Convert.ToHexStringLower(SHA256.HashData(checksums))[..16]}";
        await using var dataSource = Open(server);
        // Several test processes may want it at once.
        await using var alone = await AdvisoryLock.AcquireAsync(dataSource, name, CancellationToken.None);
        await using var connection = await dataSource.OpenConnectionAsync();
        if (await connection.ExecuteScalarAsync<bool>("select exists (select from pg_database where datname = @name)", new { name }))
        {
            return name;
        }

        var unfinished = name + "_new";
        await connection.ExecuteAsync($"drop database if exists {unfinished} with (force)");
        await connection.ExecuteAsync($"create database {unfinished}");
        await using (var made = Open(new NpgsqlConnectionStringBuilder(server) { Database = unfinished }.ConnectionString))
        {
            await new Migrator(made, migrations, NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);
        }

        await connection.ExecuteAsync($"alter database {unfinished} rename to {name}");
        return name;
    }

    // Without a pool: nobody may be connected to a database that is renamed or copied.
    private static NpgsqlDataSource Open(string connectionString) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = (int)Patience.Limit.TotalSeconds }.ConnectionString);
}
