using Pipeline.Bench.Serving.Sides;

namespace Pipeline.Bench.Serving.Questions;

/// <summary>Requests a second behind new instructions of 1,000 tokens: one request alone, then some at a time.</summary>
internal sealed class SharedPrefix(int words, int atATime, int tokens) : IQuestion
{
    private const int Words = 24;

    public string Name => "shared_prefix";

    public IReadOnlyList<Figure> Figures => [new(Name, "requests/s")];

    public int RoundsMax => 1;

    public async Task<double[]> MeasureAsync(IServingSide side, int round, CancellationToken cancellationToken)
    {
        string system = Texts.Of("instructions", round, 0, words);
        Ask[] asks = [.. Enumerable.Range(0, 1 + atATime).Select(i => new Ask(Texts.Of(Name, round, i, Words), tokens) { System = system })];
        double start = Clock.Seconds;
        Answer first = await side.AnswerAsync(asks[0], cancellationToken);
        Answer[] others = await Task.WhenAll(asks[1..].Select(ask => side.AnswerAsync(ask, cancellationToken)));
        double seconds = Clock.Seconds - start;
        Done.Check(side, Name, asks, [first, .. others]);
        return [asks.Length / seconds];
    }
}
