using System.Diagnostics;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Generation;

namespace Pipeline.Bench.Engine.Measures;

/// <summary>
/// Greedy answers through the engine's chat client: scheduler, sampler, text and all. Timed from when the last of the
/// sequences has its first token, so that prompts do not count, as they do not in the other measures of decoding.
/// </summary>
internal sealed class EngineDecode(string name, IChatClient client, IReadOnlyList<string> texts, int tokens, ChatResponseFormat? format = null) : IMeasure
{
    private const int WarmUpTokens = 4; // So that nothing is compiled while the clock runs.

    public string Name => name;

    public string Unit => "tokens/s";

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        // Streamed: a JSON answer that is cut, as all of these are, would be asked for again.
        ChatOptions options = new() { Temperature = 0, MaxOutputTokens = tokens, ResponseFormat = format };
        ChatOptions first = new() { Temperature = 0, MaxOutputTokens = WarmUpTokens, ResponseFormat = format };
        await AnswerAsync([new(ChatRole.User, texts[0])], first, cancellationToken);
        Answer[] answers = [];
        Sample whole = await Stopwatched.RunAsync(async () =>
        {
            answers = await Task.WhenAll(texts.Select(text => AnswerAsync([new(ChatRole.User, text)], options, cancellationToken)));
            return answers.Sum(answer => answer.Tokens);
        });

        double start = answers.Max(answer => answer.FirstToken);
        double end = answers.Max(answer => answer.End);
        double after = answers.Sum(answer => answer.TokensAfter(start));
        return new(after, end - start, whole.CpuSeconds * (end - start) / whole.Seconds);
    }

    private async Task<Answer> AnswerAsync(ChatMessage[] messages, ChatOptions options, CancellationToken cancellationToken)
    {
        // The last update has what the answer cost.
        ChatResponseUpdate last = await client.GetStreamingResponseAsync(messages, options, cancellationToken).LastAsync(cancellationToken);
        double end = Stopwatch.GetElapsedTime(0).TotalSeconds;
        GenerationTimings timings = (GenerationTimings)last.AdditionalProperties![ChatOptionNames.Timings]!;
        long generated = last.Contents.OfType<UsageContent>().Single().Details.OutputTokenCount!.Value;
        return new((int)generated, end - (timings.Duration - timings.TimeToFirstToken).TotalSeconds, end);
    }

    /// <summary>Times are seconds on one clock.</summary>
    private sealed record Answer(int Tokens, double FirstToken, double End)
    {
        /// <summary>A sequence that was admitted earlier has some of its tokens before the clock starts.</summary>
        public double TokensAfter(double start) => End > start ? (Tokens - 1) * (End - start) / (End - FirstToken) : 0;
    }
}
