using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Core.Documents;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Search;

/// <summary>Gives every model an index of its vectors, soon after its first worker has started. Until then all vectors are compared.</summary>
internal sealed partial class PgvectorBuilds(
    VectorSearch search, PgvectorIndex index, EmbeddingModelStore models, TimeProvider time, ILogger<PgvectorBuilds> logger) : LoopService(time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly HashSet<int> _refused = [];

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (search.UsesPgvector)
        {
            foreach (var (id, dimensions) in await models.AllAsync(stoppingToken))
            {
                await BuildAsync(id, dimensions, stoppingToken);
            }

            RoundDone();
            await Task.Delay(Interval, Time, stoppingToken);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, Time, stoppingToken);
    }

    private async Task BuildAsync(int modelId, int dimensions, CancellationToken cancellationToken)
    {
        try
        {
            await index.EnsureIndexAsync(modelId, dimensions, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            // Looked for again all the same: the owner may have built it by then.
            if (_refused.Add(modelId))
            {
                LogRefused(modelId);
            }
        }
    }

    [LoggerMessage(1183, LogLevel.Warning, "The index of the vectors of model {ModelId} is missing, and only the owner of the tables can build it: all vectors are compared until './run database grant' has done so")]
    private partial void LogRefused(int modelId);
}
