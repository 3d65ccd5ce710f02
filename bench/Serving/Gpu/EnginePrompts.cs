using Microsoft.Extensions.AI;
using Pipeline.Bench.Engine.Measures;
using Pipeline.Inference;

namespace Pipeline.Bench.Serving.Gpu;

/// <summary>So many long messages at a time through the engine until each has its first token.</summary>
internal sealed class EnginePrompts(LocalModel engine, IReadOnlyList<string> texts) : IMeasure
{
    public string Name => $"engine.prefill{texts.Count}";

    public string Unit => "tokens/s";

    public Task<Sample> MeasureAsync(CancellationToken cancellationToken) => Stopwatched.RunAsync(async () =>
    {
        ChatOptions options = new() { Temperature = 0, MaxOutputTokens = 1 };
        ChatResponse[] answers = await Task.WhenAll(texts.Select(text => engine.Chat.GetResponseAsync([new(ChatRole.User, text)], options, cancellationToken)));
        return (int)answers.Sum(answer => answer.Usage!.InputTokenCount!.Value - (answer.Usage.CachedInputTokenCount ?? 0));
    });
}
