using Pipeline.Bench.Measuring;
using Pipeline.Bench.Serving.Sides;

namespace Pipeline.Bench.Serving.Questions;

/// <summary>Tokens a second of so many answers at a time, from when the last has its first text until the first one ends.</summary>
internal sealed class Decode(int sequences, int tokens) : IQuestion
{
    private const int Words = 8;

    public string Name => $"decode{sequences}";

    public IReadOnlyList<Figure> Figures => [new(Name, "tokens/s")];

    public async Task<double[]> MeasureAsync(IServingSide side, int round, CancellationToken cancellationToken)
    {
        Ask[] asks = [.. Enumerable.Range(0, sequences).Select(i => new Ask(Texts.Of(Name, round, i, Words), tokens))];
        Answer[] answers = await Task.WhenAll(asks.Select(ask => side.AnswerAsync(ask, cancellationToken)));
        Done.Check(side, Name, asks, answers);
        (double from, double to) = (answers.Max(answer => answer.First), answers.Min(answer => answer.Ended));
        // Prompts come in pieces, so of many short answers some end before the last begins.
        return to > from
            ? [answers.Sum(answer => answer.TokensBetween(from, to)) / (to - from)]
            : throw new BenchException($"{side.Name}: no moment of {Name} has all answers under way; they need more tokens.");
    }
}
