using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Inference;

namespace Pipeline.Workers.Embedding;

/// <summary>Embeds all texts of a job at once; the engine packs them together with those of other jobs.</summary>
internal sealed class EmbeddingHandler(LongTextEmbedder embedder, IOptions<EmbeddingOptions> options, TimeProvider time)
    : IJobHandler<EmbedTexts, EmbeddingResult>
{
    public async Task<JobOutcome> HandleAsync(EmbedTexts job, JobContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var priority = context.Priority is JobPriority.Bulk ? RequestPriority.Bulk : RequestPriority.Interactive;
        var texts = await Task.WhenAll(job.Texts.Select(text => embedder.EmbedAsync(text, priority, cancellationToken)));

        var tooLong = Array.FindIndex(texts, text => text.Tokens > options.Value.InputTokensMax);
        return tooLong >= 0
            ? new JobOutcome.Rejected(
                $"texts[{tooLong}] has {texts[tooLong].Tokens} tokens; Models:Embedding:InputTokensMax is {options.Value.InputTokensMax}. Split it or raise the limit.")
            : JobOutcome.Success(
                new EmbeddingResult
                {
                    Embeddings = [.. texts.Select(text => text.Vector)],
                    Dimensions = texts[0].Vector.Length,
                    Model = texts[0].Model,
                    Usage = new(texts.Sum(text => text.Tokens), CachedTokens: 0, CompletionTokens: 0),
                    Timings = context.Timings(time.GetElapsedTime(started)),
                },
                EmbedTexts.ResultJson);
    }
}
