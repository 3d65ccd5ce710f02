using System.Text;
using Microsoft.Extensions.AI;
using Pipeline.Contracts;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Remote.Fallback;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>What a model wrote, who it was, and what a client has to know of it.</summary>
public sealed record ModelAnswer
{
    public required string Text { get; init; }

    /// <summary>Whether the answer was cut at its limit.</summary>
    public required bool IsCut { get; init; }

    public required string Model { get; init; }

    /// <summary>Null where a server or the cloud answered.</summary>
    public string? ModelVersion { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The cloud provider that answered; null where the local engine did.</summary>
    public required string? FallbackProvider { get; init; }

    /// <summary>Null where none were asked for, or where the local engine did not answer.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }

    public required TokenUsage Usage { get; init; }

    /// <param name="response">Complete.</param>
    /// <param name="isLocal">Whether the engine of this process was asked first, whose cache keeps clients apart.</param>
    /// <param name="shipped">The section of options that left the choice of a model to Pipeline; null where an operator chose.</param>
    internal static ModelAnswer Of(ChatResponse response, string? shipped, bool isLocal)
    {
        var provider = response.AdditionalProperties?.GetValueOrDefault(FallbackChatClient.Provider) as string;
        var isSmall = shipped is not null && provider is null;
        var usage = response.Usage ?? new();
        return new()
        {
            Text = response.Text,
            IsCut = response.FinishReason == ChatFinishReason.Length,
            Model = isSmall ? GeneratedResult.SmallModel : response.ModelId ?? "unknown",
            ModelVersion = response.AdditionalProperties?.GetValueOrDefault(ChatOptionNames.ModelVersion) as string,
            Warnings = [.. isSmall ? [ShippedModel.Warning(shipped!)] : Array.Empty<string>(), .. Dropped(response)],
            FallbackProvider = provider,
            Logprobs = (response.AdditionalProperties?.GetValueOrDefault(ChatOptionNames.Logprobs) as IReadOnlyList<GeneratedToken>)?.Select(Told).ToArray(),
            Usage = new((int)(usage.InputTokenCount ?? 0), isLocal && provider is null ? (int)(usage.CachedInputTokenCount ?? 0) : 0, (int)(usage.OutputTokenCount ?? 0)),
        };
    }

    private static TokenLogprob Told(GeneratedToken token) => new(
        Encoding.UTF8.GetString(token.Bytes),
        token.Bytes,
        token.LogProbability,
        [.. token.Likely.Select(likely => new TopLogprob(Encoding.UTF8.GetString(likely.Bytes), likely.Bytes, likely.LogProbability))]);

    private static IEnumerable<string> Dropped(ChatResponse response) =>
        response.AdditionalProperties?.GetValueOrDefault(ChatOptionNames.DroppedMessages) is int dropped and > 0
            ? [$"The conversation has more tokens than the model was given: the {dropped} oldest messages were left out. Send fewer, or raise what bounds them: context_tokens (Conversation:ContextTokens where Pipeline keeps the messages), or Inference:ContextTokens."]
            : [];
}
