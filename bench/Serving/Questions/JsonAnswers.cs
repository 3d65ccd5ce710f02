using Pipeline.Bench.Serving.Sides;

namespace Pipeline.Bench.Serving.Questions;

/// <summary>Tokens a second of answers under a JSON schema, some at a time, prompts included.</summary>
internal sealed class JsonAnswers(int sequences) : IQuestion
{
    private const int Words = 8;
    private const int TokensMax = 96; // They end by themselves; each side spaces its JSON as it likes.

    public string Name => "json";

    public IReadOnlyList<Figure> Figures => [new(Name, "tokens/s")];

    public async Task<double[]> MeasureAsync(IServingSide side, int round, CancellationToken cancellationToken)
    {
        Ask[] asks = [.. Enumerable.Range(0, sequences).Select(i => new Ask(Texts.Of(Name, round, i, Words), TokensMax) { Json = true })];
        Answer[] answers = await Task.WhenAll(asks.Select(ask => side.AnswerAsync(ask, cancellationToken)));
        Done.Check(side, Name, asks, answers);
        (double from, double to) = (answers.Max(answer => answer.First), answers.Min(answer => answer.Ended));
        return [to > from ? answers.Sum(answer => answer.TokensBetween(from, to)) / (to - from) : answers.Sum(answer => answer.Tokens) / (answers.Max(answer => answer.Ended) - answers.Min(answer => answer.Asked))];
    }
}
