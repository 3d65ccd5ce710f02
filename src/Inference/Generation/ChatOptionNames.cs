namespace Pipeline.Inference.Generation;

/// <summary>
/// Keys of <see cref="Microsoft.Extensions.AI.ChatOptions.AdditionalProperties"/> and of a response's, for what the
/// abstraction has no property for. Names as OpenAI-compatible servers have them.
/// </summary>
public static class ChatOptionNames
{
    /// <summary>Number, 0 to 1: keeps tokens at least this times as probable as the most probable one. Default 0: all.</summary>
    public const string MinP = "min_p";

    /// <summary>Number greater than 0: weakens recent tokens when above 1. Default 1.</summary>
    public const string RepeatPenalty = "repeat_penalty";

    /// <summary>A <see cref="RequestPriority"/>. Default <see cref="RequestPriority.Interactive"/>.</summary>
    public const string Priority = "priority";

    /// <summary>A <see cref="CacheScope"/>. Default: shared among all requests that have none.</summary>
    public const string Cache = "cache_scope";

    /// <summary>
    /// Number, 0 to <see cref="GeneratedToken.LikelyMax"/>: the response has the log-probability of each token and of this
    /// many of the most probable tokens at its position. Default: none.
    /// </summary>
    public const string TopLogprobs = "top_logprobs";

    /// <summary>
    /// Whole number from 1: most tokens of the prompt, template included; the oldest exchanges leave, as where the context is full.
    /// Default: what the context holds.
    /// </summary>
    public const string PromptTokensMax = "prompt_tokens_max";

    /// <summary>
    /// True: a conversation that does not fit the context is a <see cref="PromptTooLongException"/>. Default false: its oldest
    /// exchanges leave.
    /// </summary>
    public const string KeepsMessages = "keeps_messages";

    /// <summary>In a response: an <see cref="IReadOnlyList{T}"/> of <see cref="GeneratedToken"/>, where it was asked for.</summary>
    public const string Logprobs = "logprobs";

    /// <summary>In a response: a <see cref="GenerationTimings"/>.</summary>
    public const string Timings = "timings";

    /// <summary>In a response: a short hash of what is in the local model's file.</summary>
    public const string ModelVersion = "model_version";

    /// <summary>In a response: how many of the oldest messages were left out to make the conversation fit; absent when none.</summary>
    public const string DroppedMessages = "dropped_messages";
}

/// <summary>How fast an answer came.</summary>
/// <param name="TimeToFirstToken">From the request to the first token.</param>
/// <param name="Duration">From the request to the last token.</param>
/// <param name="TokensPerSecond">After the first token; null for answers of one token.</param>
public sealed record GenerationTimings(TimeSpan TimeToFirstToken, TimeSpan Duration, double? TokensPerSecond);
