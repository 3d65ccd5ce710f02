using Microsoft.Extensions.DependencyInjection;
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

internal static class DocumentRegistration
{
    /// <summary>What every process that touches documents needs.</summary>
    public static IServiceCollection AddDocuments(this IServiceCollection services)
    {
        services.AddValidated<DocumentOptions, DocumentOptionsValidator>(DocumentOptions.Section);
        services.AddSingleton<IValidateOptions<DocumentOptions>, DocumentOptionsRules>();
        return services.AddSingleton<DocumentStore>().AddSingleton<QuoteStore>().AddSingleton<ChunkStore>().AddSingleton<EmbeddingModelStore>();
    }

    /// <summary>This process gives documents of another model to the one in use.</summary>
    public static IServiceCollection AddReembedding(this IServiceCollection services) => services.AddHosted<Reembedding>();
}
