using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;

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
        if (tooLong >= 0)
        {
            return new JobOutcome.Rejected(
                $"texts[{tooLong}] has {texts[tooLong].Tokens} tokens; Models:Embedding:InputTokensMax is {options.Value.InputTokensMax}. Split it or raise the limit.");
        }

        var size = texts[0].Vector.Length;
        var wanted = job.Dimensions ?? size;
        if (wanted > size || wanted < Math.Min(options.Value.DimensionsMin ?? size, size))
        {
            return new JobOutcome.Rejected(
                options.Value.DimensionsMin is { } least
                    ? $"dimensions is {wanted}: send {Math.Min(least, size)} to {size}, or leave it out."
                    : $"dimensions is {wanted}: this model has {size}. Leave it out; or, for a model that was trained to be cut, set Models:Embedding:DimensionsMin.");
        }

        return JobOutcome.Success(
            new EmbeddingResult
            {
                Embeddings = [.. texts.Select(text => Cut(text.Vector, wanted))],
                Dimensions = wanted,
                Model = texts[0].Model,
                Usage = new(texts.Sum(text => text.Tokens), CachedTokens: 0, CompletionTokens: 0),
                Timings = context.Timings(time.GetElapsedTime(started)),
            },
            EmbedTexts.ResultJson);
    }

    /// <summary>The first numbers, as long as a vector again: what models that were trained for it have put most into.</summary>
    private static float[] Cut(float[] vector, int dimensions)
    {
        if (dimensions == vector.Length)
        {
            return vector;
        }

        var cut = vector[..dimensions];
        UnitVector.Normalize(cut);
        return cut;
    }
}
