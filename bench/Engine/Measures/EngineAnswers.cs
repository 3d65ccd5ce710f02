using Microsoft.Extensions.AI;

namespace Pipeline.Bench.Engine.Measures;

/// <summary>
/// What scoring saves: an answer generated for each text, so many at a time, behind the instruction that the prefix cache
/// holds. Prompts count.
/// </summary>
internal sealed class EngineAnswers(
    int sequences, IChatClient client, IReadOnlyList<IReadOnlyList<ChatMessage>> conversations, ChatResponseFormat format) : IMeasure
{
    public string Name => $"engine.json{sequences}";

    public string Unit => "texts/s";

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        await AnswerAsync(conversations[0], tokens: 1, cancellationToken); // Brings back the prefix if something evicted it.
        long tokens = 0;
        Sample sample = await Stopwatched.RunAsync(async () =>
        {
            ParallelOptions limit = new() { MaxDegreeOfParallelism = sequences, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(conversations, limit, async (conversation, stop) =>
                Interlocked.Add(ref tokens, await AnswerAsync(conversation, Sizes.AnswerTokens, stop)));
            return conversations.Count;
        });

        // An answer that ended early counts for less, as if another had begun.
        return sample with { Count = (double)tokens / Sizes.AnswerTokens };
    }

    private async Task<long> AnswerAsync(IReadOnlyList<ChatMessage> conversation, int tokens, CancellationToken cancellationToken)
    {
        // Streamed: a JSON answer that is cut, as most of these are, would be asked for again.
        ChatOptions options = new() { Temperature = 0, MaxOutputTokens = tokens, ResponseFormat = format };
        ChatResponseUpdate last = await client.GetStreamingResponseAsync(conversation, options, cancellationToken).LastAsync(cancellationToken);
        return last.Contents.OfType<UsageContent>().Single().Details.OutputTokenCount!.Value;
    }
}
