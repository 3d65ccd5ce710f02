using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;
using Pipeline.Workers.Embedding.Documents;

namespace Pipeline.Workers.Embedding;

/// <summary>Embeds all texts of a job at once; the engine packs them together with those of other jobs.</summary>
internal sealed class EmbeddingHandler(LongTextEmbedder embedder, VectorCache cache, ServedModel served, IOptions<EmbeddingOptions> options, TimeProvider time)
    : IJobHandler<EmbedTexts, EmbeddingResult>
{
    // Its training put a vector into the first 64 numbers, and into the first 128.
    private const int DimensionsMinOfShippedModel = 64;

    // A server may embed with anything.
    private int? DimensionsMin =>
        options.Value.DimensionsMin ?? (options.Value.TakesShippedModel && served.Version is not null ? DimensionsMinOfShippedModel : null);

    public async Task<JobOutcome> HandleAsync(EmbedTexts job, JobContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var priority = context.Priority is JobPriority.Bulk ? RequestPriority.Bulk : RequestPriority.Interactive;
        EmbeddedText?[] cached = [.. job.Texts.Select(text => cache.Find(context.ClientId, text))];
        var texts = await Task.WhenAll(job.Texts.Select((text, index) => cached[index] is { } known
            ? Task.FromResult(known)
            : EmbedAsync(context.ClientId, text, priority, cancellationToken)));

        // One text that is too long is its sender's fault, and not that of its neighbours.
        TextProblem[] problems =
        [
            .. texts.Index().Where(text => IsTooLong(text.Item)).Select(text => new TextProblem(
                text.Index, $"texts[{text.Index}] has {text.Item.Tokens} tokens; Kinds:Embedding:InputTokensMax is {options.Value.InputTokensMax}. Split it or raise the limit.")),
        ];
        if (problems.Length == texts.Length)
        {
            return new JobOutcome.Rejected(problems[0].Message);
        }

        var first = texts.First(text => !IsTooLong(text));
        if (texts.FirstOrDefault(text => !IsTooLong(text) && text.Model != first.Model) is { } other)
        {
            cache.Clear();
            throw new InferenceException($"The server has changed its model to {other.Model}; vectors of two models cannot be compared.");
        }

        var size = first.Vector.Length;
        var wanted = job.Dimensions ?? size;
        if (wanted > size || wanted < Math.Min(DimensionsMin ?? size, size))
        {
            return new JobOutcome.Rejected(
                DimensionsMin is { } least
                    ? $"dimensions is {wanted}: send {Math.Min(least, size)} to {size}, or leave it out."
                    : $"dimensions is {wanted}: this model has {size}. Leave it out; or, for a model that was trained to be cut, set Kinds:Embedding:DimensionsMin.");
        }

        return JobOutcome.Success(
            new EmbeddingResult
            {
                Embeddings = [.. texts.Select(text => IsTooLong(text) ? null : Cut(text.Vector, wanted))],
                Problems = problems is [] ? null : problems,
                Dimensions = wanted,
                Model = first.Model,
                ModelVersion = served.Version,
                Usage = new(texts.Where(text => !IsTooLong(text)).Sum(text => text.Tokens), cached.Sum(text => text?.Tokens ?? 0), CompletionTokens: 0),
                Timings = context.Timings(time.GetElapsedTime(started)),
            },
            EmbedTexts.ResultJson);
    }

    private bool IsTooLong(EmbeddedText text) => text.Tokens > options.Value.InputTokensMax;

    private async Task<EmbeddedText> EmbedAsync(Guid clientId, string text, RequestPriority priority, CancellationToken cancellationToken)
    {
        var embedded = await embedder.EmbedAsync(text, priority, clientId, cancellationToken);
        if (embedded.Vector.Length > 0)
        {
            cache.Add(clientId, text, embedded);
        }

        return embedded;
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
