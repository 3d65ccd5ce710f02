using Pipeline.Bench.Serving.Sides;

namespace Pipeline.Bench.Serving.Questions;

/// <summary>Texts a second, all asked for at once.</summary>
/// <param name="run">Returns how many were done.</param>
internal sealed class ManyTexts(string name, int count, int words, Func<IServingSide, IReadOnlyList<string>, CancellationToken, Task<int>> run) : IQuestion
{
    public string Name => name;

    public IReadOnlyList<Figure> Figures => [new(Name, "texts/s")];

    public async Task<double[]> MeasureAsync(IServingSide side, int round, CancellationToken cancellationToken)
    {
        string[] texts = [.. Enumerable.Range(0, count).Select(i => Texts.Of(Name, round, i, words + (i % 9)))];
        double start = Clock.Seconds;
        int done = await run(side, texts, cancellationToken);
        double seconds = Clock.Seconds - start;
        Done.Check(side, Name, count, done);
        return [count / seconds];
    }
}
