using Pipeline.Contracts;
using Pipeline.Inference;

namespace Pipeline.Workers.Inference.Emotion;

/// <summary>What the model thinks of a text: of all of it at once where its context holds it, else of pieces that overlap.</summary>
internal sealed record EmotionReading(IReadOnlyList<ScoredPiece> Pieces)
{
    // Enough to fill a pass of the model; a book must not take the queue from others.
    private const int PiecesAtOnce = 8;

    // Of the tokens that a prompt may have: the instruction and its markers.
    private const int InstructionTokens = 64;

    // Some parts of a text have more tokens a character than others; what is still too long is halved.
    private const double Caution = 0.75;

    // In characters: a model that cannot read so few cannot be used.
    private const int ShortestPiece = 8;

    public string Model => Pieces[0].Scores.Model;

    /// <summary>Null where the local engine did not answer.</summary>
    public string? ModelVersion => Pieces[0].Scores.ModelVersion;

    /// <summary>Null where the local engine answered throughout.</summary>
    public string? FallbackProvider => Pieces.Select(piece => piece.Scores.FallbackProvider).FirstOrDefault(provider => provider is not null);

    public bool ChoiceOnly => Pieces.Any(piece => piece.Scores.ChoiceOnly);

    public TokenUsage Usage => new(
        Pieces.Sum(piece => piece.Scores.PromptTokens),
        Pieces.Sum(piece => piece.Scores.CachedTokens),
        Pieces.Sum(piece => piece.Scores.CompletionTokens));

    /// <summary>Of each label: the mean over the pieces, each with the weight of what only it has.</summary>
    public IEnumerable<KeyValuePair<string, double>> Probabilities
    {
        get
        {
            double total = Pieces.Sum(piece => piece.Place.Weight);
            return Pieces[0].Scores.Labels.Select((score, label) => KeyValuePair.Create(
                score.Label,
                Pieces.Sum(piece => piece.Scores.Labels[label].Probability * (piece.Place.Weight / total))));
        }
    }

    /// <exception cref="PromptTooLongException">Not even a few characters fit beside the instruction.</exception>
    public static async Task<EmotionReading> OfAsync(
        string text, Func<string, LabelScoringRequest> prompt, ILabelScorer scorer, CancellationToken cancellationToken) =>
        new(await ScoreAsync(text, new TextPlace(0, text.Length, text.Length), prompt, scorer, cancellationToken));

    private static async Task<IReadOnlyList<ScoredPiece>> ScoreAsync(
        string text, TextPlace place, Func<string, LabelScoringRequest> prompt, ILabelScorer scorer, CancellationToken cancellationToken)
    {
        var part = text[place.Start..place.End];
        try
        {
            return [new(place, await scorer.ScoreAsync(prompt(part), cancellationToken))];
        }
        catch (PromptTooLongException tooLong) when (part.Length > ShortestPiece)
        {
            List<ScoredPiece> pieces = [];
            foreach (var group in TextPlace.Cut(part, LengthMax(part.Length, tooLong)).Chunk(PiecesAtOnce))
            {
                var scored = await Task.WhenAll(group.Select(piece => ScoreAsync(text, piece.From(place.Start), prompt, scorer, cancellationToken)));
                pieces.AddRange(scored.SelectMany(piece => piece));
            }

            return pieces;
        }
    }

    /// <summary>In characters, from how many tokens so many characters have.</summary>
    private static int LengthMax(int length, PromptTooLongException tooLong)
    {
        double room = Math.Max(1, tooLong.TokensMax - InstructionTokens);
        return Math.Clamp((int)(length * room / tooLong.Tokens * Caution), ShortestPiece, Math.Max(ShortestPiece, length / 2));
    }
}

/// <summary>A piece of a text and what the model thinks of it.</summary>
internal sealed record ScoredPiece(TextPlace Place, LabelScores Scores)
{
    public EmotionSpan Span(Func<double, double> honest) => new()
    {
        Start = Place.Start,
        End = Place.End,
        Emotion = Scores.Best.Label,
        Confidence = honest(Scores.Best.Probability),
    };
}
