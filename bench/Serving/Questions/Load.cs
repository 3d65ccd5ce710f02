using System.Globalization;
using Pipeline.Bench.Serving.Sides;

namespace Pipeline.Bench.Serving.Questions;

/// <summary>
/// Chats that come at random, at a share of the rate that the slower of engine and peer can sustain: how long until the first text,
/// and between one text and the next.
/// </summary>
internal sealed class Load(int percent, double seconds, LoadShape shape, double requestsPerSecond) : IQuestion
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"load{percent}");

    public IReadOnlyList<Figure> Figures =>
        [new($"{Name}_first_p50", "ms"), new($"{Name}_first_p99", "ms"), new($"{Name}_gap_p50", "ms"), new($"{Name}_gap_p99", "ms")];

    public async Task<double[]> MeasureAsync(IServingSide side, int round, CancellationToken cancellationToken)
    {
        double[] arrivals = Arrivals(round);
        Ask[] asks = [.. arrivals.Select((_, i) => shape.Ask(Name, round, i))];
        double start = Clock.Seconds;
        Answer[] answers = await Task.WhenAll(asks.Select(async (ask, i) =>
        {
            double wait = arrivals[i] - (Clock.Seconds - start);
            await Task.Delay(TimeSpan.FromSeconds(Math.Max(0, wait)), TimeProvider.System, cancellationToken);
            return await side.AnswerAsync(ask, cancellationToken);
        }));
        Done.Check(side, Name, asks, answers);
        double[] first = [.. answers.Select(answer => answer.FirstSeconds)];
        double[] gaps = [.. answers.SelectMany(answer => answer.Gaps)];
        return [1_000 * Shares.Of(first, 0.5), 1_000 * Shares.Of(first, 0.99), 1_000 * Shares.Of(gaps, 0.5), 1_000 * Shares.Of(gaps, 0.99)];
    }

    /// <summary>Of a Poisson process, the same for every side; at least four.</summary>
    private double[] Arrivals(int round)
    {
        Random random = new((round * 1_000) + percent);
        double rate = requestsPerSecond * percent / 100;
        List<double> arrivals = [0];
        while (arrivals[^1] < seconds || arrivals.Count < 4)
        {
            arrivals.Add(arrivals[^1] - (Math.Log(1 - random.NextDouble()) / rate));
        }

        return [.. arrivals];
    }
}

/// <summary>What comes: every fourth prompt is long.</summary>
internal sealed record LoadShape(int Words, int LongWords, int Tokens)
{
    private const int LongOneIn = 4;

    public Ask Ask(string question, int round, int number) =>
        new(Texts.Of(question, round, number, number % LongOneIn == LongOneIn - 1 ? LongWords : Words), Tokens);

    /// <summary>Requests a second, so many at a time, one after the other.</summary>
    public async Task<double> CapacityAsync(IServingSide side, int atATime, int requests, CancellationToken cancellationToken)
    {
        double start = Clock.Seconds;
        ParallelOptions limit = new() { MaxDegreeOfParallelism = atATime, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, requests, limit, async (i, stop) => await side.AnswerAsync(Ask("capacity", -1, i), stop));
        return requests / (Clock.Seconds - start);
    }
}
