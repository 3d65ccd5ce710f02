using Microsoft.Extensions.Options;
using Pipeline.Api.Search;
using Pipeline.Core.Search;

namespace Pipeline.Api.Ask;

/// <summary>
/// Decides whether passages are near enough to a question to answer it. A cosine alone cannot: small models find some likeness in
/// everything, and the more passages there are, the more like the best one is by chance. So the words count beside it, and a large
/// collection has to show more. The weights were chosen on models/eval/ask.jsonl and manuals.jsonl; models/README.md has the figures.
/// </summary>
internal sealed class NearSources(WordEvidence words, IOptions<AskOptions> options)
{
    /// <summary>Passages that are looked at for the decision, though fewer are sources: the nearest by meaning or by words may come late in both.</summary>
    public const int Looked = 20;

    private const double QuestionWeight = 0.4;
    private const double RareWordWeight = 0.1;

    // So many passages need no more than Ask:SimilarityMin; ten times as many need 0.15 more.
    private const int SmallCollection = 20;
    private const double GrowthWeight = 0.065;

    // Of what the best one needs, for the others beside it.
    private const double OtherShare = 0.5;

    // Of what a question's words ask for, where there is no meaning to compare: "How long is the warranty?" has 0.44 in a passage that
    // says how many years, and one word of three that stands nowhere else has less.
    private const double WordsAloneShare = 0.4;

    private readonly AskOptions _options = options.Value;

    /// <summary>At most so many passages as sources, the best first; none where nothing is near.</summary>
    public async Task<IReadOnlyList<FoundChunk>> OfAsync(SearchQuery question, int most, Findings findings, CancellationToken cancellationToken)
    {
        var found = findings.Chunks;
        if (found.Count == 0)
        {
            return [];
        }

        var shares = await words.OfAsync(question.ClientId, question.Text, found.Select(chunk => chunk.Chunk.Id), cancellationToken);
        if (findings.Model is null)
        {
            return shares.Values.Max(share => (double?)share.OfQuestion) >= WordsAloneShare
                ? Fitting(found.Take(most).Where(chunk => shares.GetValueOrDefault(chunk.Chunk.Id).OfQuestion >= WordsAloneShare * OtherShare))
                : [];
        }

        var needed = _options.SimilarityMin + (GrowthWeight * Math.Log(Math.Max(1.0, shares.Values.FirstOrDefault().Chunks / (double)SmallCollection)));
        var best = found.Max(Similarity) + shares.Values.Select(Said).DefaultIfEmpty().Max();
        return best < needed
            ? []
            : Fitting(found.Take(most).Where(chunk => Similarity(chunk) + Said(shares.GetValueOrDefault(chunk.Chunk.Id)) >= Math.Min(needed, needed * OtherShare)));
    }

    private static double Similarity(FoundChunk chunk) => chunk.Similarity ?? 0;

    private static double Said(WordShare share) => (QuestionWeight * share.OfQuestion) + (RareWordWeight * share.RareWords);

    /// <summary>As many of them as the model is given.</summary>
    private List<FoundChunk> Fitting(IEnumerable<FoundChunk> chunks)
    {
        List<FoundChunk> sources = [];
        var room = _options.SourcesLengthMax;
        foreach (var chunk in chunks)
        {
            room -= chunk.Chunk.Text.Length;
            if (room < 0 && sources.Count > 0)
            {
                break;
            }

            sources.Add(chunk);
        }

        return sources;
    }
}
