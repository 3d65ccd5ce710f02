using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi;

/// <summary>A whole answer.</summary>
internal sealed record Completion
{
    public required string Id { get; init; }

    public string Object { get; } = "chat.completion";

    public required long Created { get; init; }

    public required string Model { get; init; }

    /// <summary>The model file or server that answered.</summary>
    public required string SystemFingerprint { get; init; }

    public required IReadOnlyList<CompletionChoice> Choices { get; init; }

    public required CompletionUsage Usage { get; init; }
}

internal sealed record CompletionChoice(int Index, CompletionAnswer Message, string FinishReason)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public CompletionLogprobs? Logprobs { get; init; }
}

internal sealed record CompletionAnswer(string Content)
{
    public string Role { get; } = "assistant";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Refusal { get; }
}

/// <summary>A piece of a streamed answer.</summary>
internal sealed record CompletionChunk
{
    public required string Id { get; init; }

    public string Object { get; } = "chat.completion.chunk";

    public required long Created { get; init; }

    public required string Model { get; init; }

    public string? SystemFingerprint { get; init; }

    public required IReadOnlyList<CompletionDelta> Choices { get; init; }

    /// <summary>In the last chunk, where it was asked for.</summary>
    public CompletionUsage? Usage { get; init; }
}

internal sealed record CompletionDelta(int Index, CompletionPiece Delta)
{
    /// <summary>Of the whole answer, in the last piece.</summary>
    public CompletionLogprobs? Logprobs { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? FinishReason { get; init; }
}

/// <param name="Role">In the first piece.</param>
internal sealed record CompletionPiece(string? Role = null, string? Content = null);

internal sealed record CompletionUsage(int PromptTokens, int CompletionTokens, int TotalTokens, PromptTokensDetails PromptTokensDetails)
{
    public static CompletionUsage Of(TokenUsage usage) =>
        new(usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens, new(usage.CachedTokens));
}

internal sealed record PromptTokensDetails(int CachedTokens);

/// <summary>How probable each token of an answer was.</summary>
internal sealed record CompletionLogprobs(IReadOnlyList<CompletionToken> Content)
{
    /// <summary>Null where none were asked for.</summary>
    public static CompletionLogprobs? Of(ChatResult result) => result.Logprobs is not { } tokens ? null : new(
    [
        .. tokens.Select(token => new CompletionToken(
            token.Token,
            token.Logprob,
            Numbers(token.Bytes),
            [.. token.TopLogprobs.Select(likely => new CompletionLikelyToken(likely.Token, likely.Logprob, Numbers(likely.Bytes)))])),
    ]);

    private static int[] Numbers(byte[] bytes) => [.. bytes.Select(value => (int)value)];
}

/// <param name="Bytes">As numbers, not base64.</param>
internal sealed record CompletionToken(string Token, double Logprob, IReadOnlyList<int> Bytes, IReadOnlyList<CompletionLikelyToken> TopLogprobs);

internal sealed record CompletionLikelyToken(string Token, double Logprob, IReadOnlyList<int> Bytes);
