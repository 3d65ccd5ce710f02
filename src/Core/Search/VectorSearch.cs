using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Search;

/// <summary>The index that this server and its options call for. Decided before the host serves, and then for good.</summary>
public sealed partial class VectorSearch(
    NpgsqlDataSource dataSource, ExactIndex exact, PgvectorIndex pgvector, IOptions<SearchOptions> options, ILogger<VectorSearch> logger) : StartupStep, IVectorIndex
{
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
        else if (await VectorExtension.FindAsync(dataSource, cancellationToken) is { } version)
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

    [LoggerMessage(1180, LogLevel.Information, "Vectors are compared in memory, one by one: {Reason}")]
    private partial void LogExact(string reason);

    [LoggerMessage(1182, LogLevel.Information, "Vectors are searched by pgvector {Version}")]
    private partial void LogPgvector(Version version);
}
