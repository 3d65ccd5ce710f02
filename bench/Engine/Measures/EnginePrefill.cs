using Microsoft.Extensions.AI;

namespace Pipeline.Bench.Engine.Measures;

/// <summary>Long messages through the engine, one after the other, until their first token: template, tokenizer, scheduler and all.</summary>
internal sealed class EnginePrefill(IChatClient client, string text) : IMeasure
{
    public string Name => "engine.prefill";

    public string Unit => "tokens/s";

    public Task<Sample> MeasureAsync(CancellationToken cancellationToken) => Stopwatched.RunAsync(async () =>
    {
        int tokens = 0;
        while (tokens < Sizes.PrefillTokensMin * 3 / 4) // Template and tokenizer leave the message a little short of its size.
        {
            ChatResponse response = await client.GetResponseAsync(
                [new(ChatRole.User, text)], new ChatOptions { Temperature = 0, MaxOutputTokens = 1 }, cancellationToken);
            tokens += (int)(response.Usage!.InputTokenCount!.Value - (response.Usage.CachedInputTokenCount ?? 0));
        }

        return tokens;
    });
}
