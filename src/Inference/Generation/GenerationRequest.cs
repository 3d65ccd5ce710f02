using Microsoft.Extensions.AI;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Generation;

/// <summary>A conversation and how to answer it.</summary>
internal sealed record GenerationRequest
{
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    public required SamplingSettings Sampling { get; init; }

    /// <summary>Most tokens of the answer; less where the context ends before.</summary>
    public required int TokensMax { get; init; }

    /// <summary>Most tokens that the conversation may take before its oldest exchanges leave; null where only the context limits it.</summary>
    public int? PromptTokensMax { get; init; }

    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>JSON that the answer must be; null for any text.</summary>
    public ChatResponseFormatJson? Json { get; init; }

    /// <summary>Functions that the answer may call; null for none.</summary>
    public ToolOffer? Tools { get; init; }

    /// <summary>Refuses a conversation that does not fit, instead of leaving its oldest messages out.</summary>
    public bool KeepsMessages { get; init; }

    /// <summary>Lets a reasoning model think before it answers.</summary>
    public bool Thinking { get; init; }

    /// <summary>Hands the answer over piece by piece.</summary>
    public bool Streams { get; init; }

    /// <summary>Returns the log-probability of each token and of this many of the most probable tokens at its position; null returns none.</summary>
    public int? LikelyTokens { get; init; }

    public RequestPriority Priority { get; init; }

    public CacheScope Cache { get; init; }
}
