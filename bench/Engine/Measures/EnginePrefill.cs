using Microsoft.Extensions.AI;

namespace Pipeline.Bench.Engine.Measures;

/// <summary>A long message through the engine until its first token: template, tokenizer, scheduler and all.</summary>
internal sealed class EnginePrefill(IChatClient client, string text) : IMeasure
{
    public string Name => "engine.prefill";

    public string Unit => "tokens/s";

    public Task<Sample> MeasureAsync(CancellationToken cancellationToken) => Stopwatched.RunAsync(async () =>
    {
        ChatResponse response = await client.GetResponseAsync(
            [new(ChatRole.User, text)], new ChatOptions { Temperature = 0, MaxOutputTokens = 1 }, cancellationToken);
        return (int)(response.Usage!.InputTokenCount!.Value - (response.Usage.CachedInputTokenCount ?? 0));
    });
}
