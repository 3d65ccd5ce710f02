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

/// <param name="Content">Null where the model only called functions.</param>
internal sealed record CompletionAnswer([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Content)
{
    public static CompletionAnswer Of(ChatResult result) => result.ToolCalls is not { } calls ? new(result.Content) : new(result.Content is "" ? null : result.Content)
    {
        ToolCalls = [.. calls.Select(call => new CompletionToolCall { Id = call.Id, Type = "function", Function = new(call.Name, call.Arguments) })],
    };

    public string Role { get; } = "assistant";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Refusal { get; }

    public IReadOnlyList<CompletionToolCall>? ToolCalls { get; init; }
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
internal sealed record CompletionPiece(string? Role = null, string? Content = null)
{
    public IReadOnlyList<CompletionCallPiece>? ToolCalls { get; init; }
}

internal sealed record CompletionUsage(int PromptTokens, int CompletionTokens, int TotalTokens, PromptTokensDetails PromptTokensDetails)
{
    public static CompletionUsage Of(TokenUsage usage) =>
        new(usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens, new(usage.CachedTokens));
}

internal sealed record PromptTokensDetails(int CachedTokens);
