using System.Diagnostics;
using Microsoft.Extensions.AI;
using Pipeline.Inference;
using Pipeline.Inference.Generation;

namespace Pipeline.Bench.Engine.Measures;

/// <summary>
/// Greedy answers through the engine: scheduler, sampler, text and all. Timed while every sequence decodes, from when the
/// last has its first token until the first has its last: the other measures have neither prompts nor stragglers.
/// </summary>
/// <remarks>Whole answers, as jobs take them; and below the chat client, which would ask for a JSON answer that is cut once more.</remarks>
internal sealed class EngineDecode(
    string name, LocalModel engine, IReadOnlyList<string> texts, int tokens, ChatResponseFormatJson? format = null) : IMeasure
{
    private const int WarmUpTokens = 4; // So that nothing is compiled while the clock runs.
    private const double PassSecondsMin = 0.01; // Answers of one pass have their first tokens within a millisecond or two.

    public string Name => name;

    public string Unit => "tokens/s";

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        await AnswerAsync(texts[0], WarmUpTokens, cancellationToken);
        Answer[] answers = [];
        Sample whole = await Stopwatched.RunAsync(async () =>
        {
            answers = await Task.WhenAll(texts.Select(text => AnswerAsync(text, tokens, cancellationToken)));
            return answers.Sum(answer => answer.Tokens);
        });

        double start = answers.Max(answer => answer.FirstToken);
        Answer first = answers.MinBy(answer => answer.End)!;
        double seconds = first.End - start;
        return new(StepsWithAll(answers, first) * answers.Length, seconds, whole.CpuSeconds * seconds / whole.Seconds);
    }

    /// <summary>Steps of the first answer to end in which every other one decoded too: those since the last prompt was computed.</summary>
    private static int StepsWithAll(Answer[] answers, Answer first)
    {
        double[] starts = [.. answers.Select(answer => answer.FirstToken).Where(start => start >= first.FirstToken).Order()];
        int passesWithPrompts = starts.Zip(starts.Skip(1)).Count(pair => pair.Second - pair.First > PassSecondsMin);
        return first.Tokens - 1 - passesWithPrompts;
    }

    private async Task<Answer> AnswerAsync(string text, int tokensMax, CancellationToken cancellationToken)
    {
        GenerationRequest request = new() { Messages = [new(ChatRole.User, text)], Sampling = new(), TokensMax = tokensMax, Json = format };
        GeneratedAnswer answer = (await engine.GenerateAsync(request, cancellationToken)).Answer;
        double end = Stopwatch.GetElapsedTime(0).TotalSeconds;
        return new(answer.AnswerTokens, end - (answer.Duration - answer.TimeToFirstToken).TotalSeconds, end);
    }

    /// <summary>Times are seconds on one clock.</summary>
    private sealed record Answer(int Tokens, double FirstToken, double End);
}
