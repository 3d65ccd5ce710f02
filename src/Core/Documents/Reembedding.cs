using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Documents;

/// <summary>Embeds documents anew after the model was changed. The rows tell, so any number of processes may look.</summary>
public sealed partial class Reembedding(
    DocumentStore documents, AsyncAutoResetEvent dispatch, IOptions<DocumentOptions> options, TimeProvider time, ILogger<Reembedding> logger)
    : LoopService(time, logger)
{
    private const int GroupMax = 500;

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var queued = await documents.ReembedAsync(GroupMax, Time.GetUtcNow(), stoppingToken);
            RoundDone();
            if (queued > 0)
            {
                LogQueued(logger, queued);
                dispatch.Set();
            }

            if (queued < GroupMax)
            {
                await Task.Delay(options.Value.ReembedInterval, Time, stoppingToken);
            }
        }
    }

    [LoggerMessage(1170, LogLevel.Information, "Embedding {Count} documents of another model again")]
    private static partial void LogQueued(ILogger logger, int count);
}
