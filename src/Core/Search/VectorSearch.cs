using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Search;

/// <summary>The index that this server and its options call for. Decided before the host serves, and then for good.</summary>
public sealed partial class VectorSearch(
    NpgsqlDataSource dataSource, ExactIndex exact, PgvectorIndex pgvector, IOptions<SearchOptions> options, ILogger<VectorSearch> logger) : StartupStep, IVectorIndex
{
    // Fails for a user who may not; then the operator has to, or the exact scan is used. Not to be prepared, hence not public.
    private const string CreateExtension = "create extension if not exists vector";

    private const string ExtensionVersion = "select extversion from pg_extension where extname = 'vector'";

    private const string IsAvailable = "select exists (select from pg_available_extensions where name = 'vector')";

    // 0.8 is the first that goes on where a condition leaves too few.
    private static readonly Version IteratesSince = new(0, 8);

    private IVectorIndex _index = exact;

    internal bool UsesPgvector => _index == pgvector;

    public Task<IReadOnlyList<Neighbour>> SearchAsync(VectorQuery query, CancellationToken cancellationToken) => _index.SearchAsync(query, cancellationToken);

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Index is VectorIndexChoice.Exact)
        {
            LogExact("Search:Index says so");
        }
        else if (await FindExtensionAsync(cancellationToken) is { } version)
        {
            pgvector.Iterates = version >= IteratesSince;
            _index = pgvector;
            LogPgvector(version);
        }
        else if (options.Value.Index is VectorIndexChoice.Pgvector)
        {
            throw new StartupException(
                "Search:Index is Pgvector, and the database does not have the extension. Install pgvector on the server and run 'create extension vector' in the database as a user who may, or set Search:Index to Auto.");
        }
        else
        {
            LogExact("the database has no pgvector");
        }
    }

    private async Task<Version?> FindExtensionAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await ScalarAsync<bool>(IsAvailable))
        {
            try
            {
                await connection.ExecuteAsync(CreateExtension, null, cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UniqueViolation)
            {
                // A user who may not, or another process that was faster.
            }
        }

        return Version.TryParse(await ScalarAsync<string?>(ExtensionVersion), out var version) ? version : null;

        Task<T?> ScalarAsync<T>(string sql) => connection.ExecuteScalarAsync<T>(sql, null, cancellationToken);
    }

    [LoggerMessage(1180, LogLevel.Information, "Vectors are compared in memory, one by one: {Reason}")]
    private partial void LogExact(string reason);

    [LoggerMessage(1182, LogLevel.Information, "Vectors are searched by pgvector {Version}")]
    private partial void LogPgvector(Version version);
}
