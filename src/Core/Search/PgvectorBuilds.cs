using Microsoft.Extensions.Logging;
using Pipeline.Core.Documents;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Search;

/// <summary>Gives every model an index of its vectors, soon after its first worker has started. Until then all vectors are compared.</summary>
internal sealed class PgvectorBuilds(
    VectorSearch search, PgvectorIndex index, EmbeddingModelStore models, TimeProvider time, ILogger<PgvectorBuilds> logger) : LoopService(time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (search.UsesPgvector)
        {
            foreach (var (id, dimensions) in await models.AllAsync(stoppingToken))
            {
                await index.EnsureIndexAsync(id, dimensions, stoppingToken);
            }

            RoundDone();
            await Task.Delay(Interval, Time, stoppingToken);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, Time, stoppingToken);
    }
}
