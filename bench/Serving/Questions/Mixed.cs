using Pipeline.Bench.Serving.Sides;

namespace Pipeline.Bench.Serving.Questions;

/// <summary>
/// Answers being written while long prompts with short answers keep coming: tokens a second of both, prompts included, and the
/// pauses of those who read along.
/// </summary>
internal sealed class Mixed(int readers, int readerTokens, int prompts, int promptWords) : IQuestion
{
    private const int ReaderWords = 16;
    private const int ShortTokens = 4;
    private const int PromptsAtATime = 2;

    public string Name => "mixed";

    public IReadOnlyList<Figure> Figures => [new("mixed", "tokens/s"), new("mixed_gap_p99", "ms")];

    public async Task<double[]> MeasureAsync(IServingSide side, int round, CancellationToken cancellationToken)
    {
        Ask[] reading = [.. Enumerable.Range(0, readers).Select(i => new Ask(Texts.Of("reader", round, i, ReaderWords), readerTokens))];
        Ask[] longs = [.. Enumerable.Range(0, prompts).Select(i => new Ask(Texts.Of(Name, round, i, promptWords), ShortTokens))];
        double start = Clock.Seconds;
        Task<Answer>[] read = [.. reading.Select(ask => side.AnswerAsync(ask, cancellationToken))];
        Answer[] done = await AskAllAsync(side, longs, cancellationToken);
        Answer[] answers = await Task.WhenAll(read);
        double seconds = Clock.Seconds - start;
        Done.Check(side, Name, [.. reading, .. longs], [.. answers, .. done]);
        double tokens = answers.Concat(done).Sum(answer => answer.PromptTokens + answer.Tokens);
        return [tokens / seconds, 1_000 * Shares.Of(answers.SelectMany(answer => answer.Gaps), 0.99)];
    }

    private static async Task<Answer[]> AskAllAsync(IServingSide side, Ask[] asks, CancellationToken cancellationToken)
    {
        Answer[] answers = new Answer[asks.Length];
        ParallelOptions limit = new() { MaxDegreeOfParallelism = PromptsAtATime, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, asks.Length, limit, async (i, stop) => answers[i] = await side.AnswerAsync(asks[i], stop));
        return answers;
    }
}
