using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipeline.Core.Documents;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;

namespace Pipeline.Workers.Embedding;

/// <summary>
/// Embeds a text of any length. What the model cannot read at once is cut into pieces between sentences or words, and the
/// vector is the mean of theirs, each weighing as many characters as it has. The mean blurs a text of many topics: cut by
/// topic before sending where that matters.
/// </summary>
internal sealed class LongTextEmbedder(IEmbeddingGenerator<string, Embedding<float>> generator, IOptions<EmbeddingOptions> options)
{
    private const double PieceFill = 0.8; // Pieces of equal length have more tokens here and fewer there.

    /// <param name="owner">For whom: clients take turns.</param>
    public async Task<EmbeddedText> EmbedAsync(string text, RequestPriority priority, Guid owner, CancellationToken cancellationToken)
    {
        var request = new EmbeddingRequestOptions { Priority = priority, Owner = owner.ToString() };
        var count = 1;
        while (true)
        {
            var pieces = TextPieces.Cut(text, count);
            try
            {
                return Join(pieces, await generator.GenerateAsync(pieces, request, cancellationToken));
            }
            catch (TextTooLongException e) when (count < text.Length)
            {
                if (count == 1 && e.Tokens > options.Value.InputTokensMax)
                {
                    return new([], e.Tokens, "");
                }

                count = Math.Max(count * 2, (int)Math.Ceiling(e.Tokens / (e.TokensMax * PieceFill)));
            }
        }
    }

    private static EmbeddedText Join(IReadOnlyList<string> pieces, GeneratedEmbeddings<Embedding<float>> embeddings) => new(
        pieces.Count == 1 ? embeddings[0].Vector.ToArray() : Mean(pieces, embeddings),
        (int)(embeddings.Usage?.InputTokenCount ?? 0),
        embeddings[0].ModelId ?? "unknown");

    private static float[] Mean(IReadOnlyList<string> pieces, GeneratedEmbeddings<Embedding<float>> embeddings)
    {
        var mean = new float[embeddings[0].Dimensions];
        for (var i = 0; i < pieces.Count; i++)
        {
            var vector = embeddings[i].Vector.Span;
            for (var d = 0; d < mean.Length; d++)
            {
                mean[d] += vector[d] * pieces[i].Length;
            }
        }

        UnitVector.Normalize(mean);
        return mean;
    }
}

/// <summary>A text's vector and what it cost.</summary>
/// <param name="Vector">Of length 1; empty when the text has more tokens than a job may.</param>
/// <param name="Tokens">Those that the model puts around each piece included.</param>
/// <param name="Model">Name of the model.</param>
internal sealed record EmbeddedText(float[] Vector, int Tokens, string Model);
