namespace Pipeline.Bench.Serving.Sides;

/// <summary>One of the systems that are compared. All get the same requests.</summary>
internal interface IServingSide : IAsyncDisposable
{
    /// <summary>As ratios name it.</summary>
    string Name { get; }

    /// <summary>What it consists of, for the record.</summary>
    string Version { get; }

    /// <summary>Streams one answer, greedy, to its end.</summary>
    Task<Answer> AnswerAsync(Ask ask, CancellationToken cancellationToken);

    /// <summary>Labels all texts; returns how many got a label.</summary>
    Task<int> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken);

    /// <summary>Embeds all texts at once; returns how many vectors came.</summary>
    Task<int> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}

/// <summary>A chat of one message.</summary>
/// <param name="Text">Never sent before, or a cache would answer.</param>
/// <param name="Tokens">Most tokens of the answer; models with random weights reach it.</param>
internal sealed record Ask(string Text, int Tokens)
{
    /// <summary>Instructions before it; null for none.</summary>
    public string? System { get; init; }

    /// <summary>Whether the answer follows <see cref="Questions.JsonSchema"/>, and then ends by itself.</summary>
    public bool Json { get; init; }
}

/// <summary>What came of it. Times are seconds on one clock of this process.</summary>
/// <param name="Pieces">Text as it came; a token or a few each.</param>
/// <param name="PromptTokens">Counted by the side.</param>
/// <param name="Tokens">Of the answer, counted by the side.</param>
internal sealed record Answer(double Asked, double Ended, IReadOnlyList<Piece> Pieces, int PromptTokens, int Tokens)
{
    /// <summary>When the first text came; a token without text has none.</summary>
    public double First => Pieces.Count > 0 ? Pieces[0].At : Ended;

    /// <summary>Of the first text, in seconds from the request.</summary>
    public double FirstSeconds => First - Asked;

    /// <summary>Seconds between one text and the next.</summary>
    public IEnumerable<double> Gaps => Pieces.Zip(Pieces.Skip(1), (one, next) => next.At - one.At);

    /// <summary>Tokens that came after one time and not after another; in proportion to the text.</summary>
    public double TokensBetween(double from, double to)
    {
        double characters = Pieces.Sum(piece => piece.Length);
        return characters == 0 ? 0 : Tokens * Pieces.Where(piece => piece.At > from && piece.At <= to).Sum(piece => piece.Length) / characters;
    }
}

/// <param name="At">Seconds on the clock of the answer.</param>
/// <param name="Length">Characters.</param>
internal readonly record struct Piece(double At, int Length);
