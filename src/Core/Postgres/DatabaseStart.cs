using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Upkeep;

namespace Pipeline.Core.Postgres;

/// <summary>Waits for the database and migrates it, before anything else of the host starts.</summary>
internal sealed partial class DatabaseStart(
    NpgsqlDataSource dataSource,
    Migrator migrator,
    JobPartitions partitions,
    IOptions<PostgresOptions> options,
    TimeProvider time,
    ILogger<DatabaseStart> logger) : StartupStep
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                await SharedSessions.RefuseAsync(dataSource, Server, cancellationToken);
                await migrator.MigrateAsync(cancellationToken);
                await DatabaseClock.SetAsync(time, dataSource, cancellationToken); // Before anything asks what day it is.
                await partitions.MakeAsync(cancellationToken);
                return;
            }
            catch (PostgresException e) when (!TransientErrors.IsTransient(e))
            {
                throw new StartupException(Sentence(e), e);
            }
            catch (Exception e) when (e is NpgsqlException || TransientErrors.IsTransient(e))
            {
                if (time.GetElapsedTime(started) >= options.Value.StartTimeout)
                {
                    throw new StartupException(
                        $"PostgreSQL at {Server} cannot be reached after {options.Value.StartTimeout.TotalSeconds:0} s: {e.Message}. Start it, or correct Postgres:ConnectionString.", e);
                }

                LogWaiting(Server, e.Message);
                await Task.Delay(RetryInterval, time, cancellationToken);
            }
        }
    }

    private NpgsqlConnectionStringBuilder Connection => new(options.Value.ConnectionString);

    private string Server => $"{Connection.Host}:{Connection.Port}";

    private string Sentence(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"PostgreSQL at {Server} refuses user '{Connection.Username}': {e.MessageText}. Correct user and password in Postgres:ConnectionString.",
        PostgresErrorCodes.InvalidCatalogName =>
            $"PostgreSQL at {Server} has no database '{Connection.Database}'. Create it (createdb {Connection.Database}), or correct Postgres:ConnectionString.",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"User '{Connection.Username}' may not do what this role needs in database '{Connection.Database}': {e.MessageText}. Run './run database grant' as the owner of the tables, or use the owner here.",
        _ => $"The database at {Server} cannot be migrated: {e.MessageText} (SQLSTATE {e.SqlState}).",
    };

    [LoggerMessage(1002, LogLevel.Warning, "Waiting for PostgreSQL at {Server}: {Reason}")]
    private partial void LogWaiting(string server, string reason);
}

internal sealed class PostgresHealth(NpgsqlDataSource dataSource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            if (!await dataSource.ExecuteScalarAsync<bool>(ReadOnlyDatabase.Question, null, cancellationToken))
            {
                return HealthCheckResult.Healthy();
            }

            // It was the primary when the session began; so may the others of the pool.
            dataSource.Clear();
            throw new ReadOnlyDatabaseException();
        }
        catch (ReadOnlyDatabaseException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
        catch (Exception e) when (e is NpgsqlException || TransientErrors.IsTransient(e))
        {
            return HealthCheckResult.Unhealthy($"The database cannot be reached: {PublicReason.Of(e)}");
        }
    }
}
