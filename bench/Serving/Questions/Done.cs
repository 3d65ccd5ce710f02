using System.Globalization;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.Serving.Sides;

namespace Pipeline.Bench.Serving.Questions;

/// <summary>A figure of work that was not done is worth nothing.</summary>
internal static class Done
{
    // Models with random weights seldom end their turn before the limit.
    private const double TokensShareMin = 0.9;

    /// <exception cref="BenchException">Prompts or answers are shorter than what was asked for.</exception>
    public static void Check(IServingSide side, string question, IReadOnlyList<Ask> asks, IReadOnlyList<Answer> answers)
    {
        long words = asks.Sum(ask => (long)WordsOf(ask));
        long prompts = answers.Sum(answer => (long)answer.PromptTokens);
        long wanted = asks.Sum(ask => (long)(ask.Json ? 1 : ask.Tokens));
        long tokens = answers.Sum(answer => (long)answer.Tokens);
        if (prompts < words || tokens < TokensShareMin * wanted || tokens > asks.Sum(ask => (long)ask.Tokens))
        {
            throw new BenchException(string.Create(
                CultureInfo.InvariantCulture, $"{side.Name} did not do {question}: {prompts} prompt tokens for {words} words, {tokens} of {wanted} tokens."));
        }
    }

    /// <exception cref="BenchException">Some are missing.</exception>
    public static void Check(IServingSide side, string question, int wanted, int done)
    {
        if (done != wanted)
        {
            throw new BenchException($"{side.Name} did not do {question}: {done} of {wanted} texts.");
        }
    }

    private static int WordsOf(Ask ask) => ask.Text.Split(' ').Length + (ask.System?.Split(' ').Length ?? 0);
}
