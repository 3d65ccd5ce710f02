using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Postgres;

/// <summary>
/// Brings the schema up to date, once, however many processes start together: an advisory lock lets one in at a time.
/// Refuses a database that is ahead of this build by migrations that are not safe for it, that has gaps, or whose applied migrations
/// differ from the files. A user that does not own the tables only looks whether they are what this build needs.
/// </summary>
public sealed partial class Migrator(NpgsqlDataSource dataSource, IReadOnlyList<Migration> migrations, ILogger<Migrator> logger)
{
    private const string CreateTable = """
        create table if not exists schema_migrations (
          version    integer primary key,
          name       text not null,
          checksum   text not null,
          applied_at timestamptz not null default now());
        alter table schema_migrations add column if not exists is_safe boolean not null default false
        """;

    // A member of the owner's role may do what the owner may. Whoever finds no tables tries to make them.
    private const string IsOwner = """
        select coalesce((select pg_has_role(relowner, 'usage') from pg_class where oid = to_regclass('schema_migrations')), true)
        """;

    private const string SelectApplied = "select version, name, checksum, is_safe as IsSafe from schema_migrations order by version";

    private const string InsertApplied =
        "insert into schema_migrations (version, name, checksum, is_safe) values (@Version, @Name, @Checksum, @IsSafe)";

    /// <exception cref="StartupException">The database and this build's migrations do not fit together.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        RefuseGaps(migrations);
        await using var alone = await AdvisoryLock.AcquireAsync(dataSource, "migrations", cancellationToken);
        var connection = alone.Session;
        var isOwner = await connection.QuerySingleAsync<bool>(IsOwner, null, cancellationToken);
        if (isOwner)
        {
            await ExecuteAsync(CreateTable);
        }

        var applied = await connection.QueryAsync<AppliedMigration>(SelectApplied, null, cancellationToken);
        RefuseMismatch(applied, migrations);
        if (applied.Count > migrations.Count)
        {
            LogAhead(applied.Count, migrations.Count);
        }
        else if (applied.Count < migrations.Count && !isOwner)
        {
            throw new StartupException(
                $"The database is at schema version {applied.Count}, this build needs {migrations.Count}, and the user of this process does not own the tables. Run './run database grant' with the users of the roles as their owner, which migrates first; then start this again.");
        }

        foreach (var migration in migrations.Skip(applied.Count))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(migration.Sql);
            await ExecuteAsync(InsertApplied, migration);
            await transaction.CommitAsync(cancellationToken);
            LogApplied(migration.Version, migration.Name);
        }

        // No timeout: a migration of a large table takes as long as it takes.
        Task ExecuteAsync(string sql, object? parameters = null) =>
            connection.ExecuteAsync(new CommandDefinition(sql, parameters, commandTimeout: 0, cancellationToken: cancellationToken));
    }

    private static void RefuseGaps(IReadOnlyList<Migration> migrations)
    {
        for (var i = 0; i < migrations.Count; i++)
        {
            if (migrations[i].Version != i + 1)
            {
                throw new StartupException(
                    $"The migrations of this build have a gap or a repeated number: expected {i + 1:0000}, found {migrations[i].Version:0000}_{migrations[i].Name}. Renumber the files.");
            }
        }
    }

    private static void RefuseMismatch(IReadOnlyList<AppliedMigration> applied, IReadOnlyList<Migration> migrations)
    {
        if (applied.Skip(migrations.Count).FirstOrDefault(migration => !migration.IsSafe) is { } unsafeOne)
        {
            throw new StartupException(
                $"The database is at schema version {applied.Count}, this build knows {migrations.Count}, and {unsafeOne.Version:0000}_{unsafeOne.Name} is not safe for it. Start a build that knows that one, or restore the backup from before the upgrade.");
        }

        foreach (var (done, known) in applied.Zip(migrations))
        {
            if (done.Version != known.Version || done.Checksum != known.Checksum)
            {
                throw new StartupException(
                    $"Migration {done.Version:0000}_{done.Name} was applied with contents that differ from this build's {known.Version:0000}_{known.Name}. Restore the file and put the change into a new migration.");
            }
        }
    }

    [LoggerMessage(1001, LogLevel.Information, "Applied migration {Version}: {Name}")]
    private partial void LogApplied(int version, string name);

    [LoggerMessage(1003, LogLevel.Warning, "The database is at schema version {Applied}, which is newer than this build's {Known} and safe for it")]
    private partial void LogAhead(int applied, int known);

    private sealed record AppliedMigration(int Version, string Name, string Checksum, bool IsSafe);
}
