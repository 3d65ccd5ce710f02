using Pipeline.Bench.Serving.Sides;

namespace Pipeline.Bench.Serving.Questions;

/// <summary>Tokens a second of one long prompt, from the request to its first token; the answer has no more.</summary>
internal sealed class Prefill(int tokens, int times) : IQuestion
{
    public string Name => $"prefill{tokens}";

    public IReadOnlyList<Figure> Figures => [new(Name, "tokens/s")];

    /// <summary>A long prompt takes longer than the whole way of a job adds.</summary>
    public bool Asks(IServingSide side) => tokens <= 1_024 || side is not WholePipeline;

    public int RoundsMax => tokens > 1_024 ? 1 : int.MaxValue;

    public async Task<double[]> MeasureAsync(IServingSide side, int round, CancellationToken cancellationToken)
    {
        (List<Ask> asks, List<Answer> answers) = ([], []);
        for (int i = 0; i < times; i++)
        {
            asks.Add(new(Texts.Of(Name, round, i, tokens * 15 / 16), Tokens: 1));
            answers.Add(await side.AnswerAsync(asks[^1], cancellationToken));
        }

        Done.Check(side, Name, asks, answers);
        return [answers.Sum(answer => answer.PromptTokens) / answers.Sum(answer => answer.Ended - answer.Asked)];
    }
}
