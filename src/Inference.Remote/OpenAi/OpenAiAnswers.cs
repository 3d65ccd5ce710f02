using Microsoft.Extensions.AI;
using OpenAI.Chat;
using Pipeline.Inference.Tools;
using ChatFinishReason = Microsoft.Extensions.AI.ChatFinishReason;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Pipeline.Inference.Remote.OpenAi;

/// <summary>Answers of the SDK in the types of the seam.</summary>
internal static class OpenAiAnswers
{
    public static ChatResponse Read(ChatCompletion completion, RemoteEndpoint endpoint)
    {
        ChatMessage message = new(ChatRole.Assistant, Text(completion.Content, completion.Refusal));
        foreach (var (index, call) in completion.ToolCalls.Index())
        {
            message.Contents.Add(new ToolCallPiece(index, call.FunctionName, call.FunctionArguments.ToString()));
        }

        return new(message)
        {
            ResponseId = completion.Id,
            ModelId = completion.Model ?? endpoint.Model,
            CreatedAt = completion.CreatedAt,
            FinishReason = Read(completion.FinishReason),
            Usage = completion.Usage is { } usage ? Read(usage) : null,
            RawRepresentation = completion,
        };
    }

    public static ChatResponseUpdate Read(StreamingChatCompletionUpdate piece)
    {
        ChatResponseUpdate update = new(ChatRole.Assistant, Text(piece.ContentUpdate, piece.RefusalUpdate))
        {
            ResponseId = piece.CompletionId,
            MessageId = piece.CompletionId,
            ModelId = piece.Model,
            CreatedAt = piece.CreatedAt,
            FinishReason = piece.FinishReason is { } reason ? Read(reason) : null,
            RawRepresentation = piece,
        };
        foreach (StreamingChatToolCallUpdate call in piece.ToolCallUpdates)
        {
            update.Contents.Add(new ToolCallPiece(call.Index, string.IsNullOrEmpty(call.FunctionName) ? null : call.FunctionName, call.FunctionArgumentsUpdate?.ToString() ?? ""));
        }

        if (piece.Usage is { } usage)
        {
            update.Contents.Add(new UsageContent(Read(usage)));
        }

        return update;
    }

    private static string Text(IEnumerable<ChatMessageContentPart>? parts, string? refusal) =>
        string.Concat((parts ?? []).Select(part => part.Text)) is { Length: > 0 } text ? text : refusal ?? "";

    private static ChatFinishReason Read(OpenAI.Chat.ChatFinishReason reason) => reason switch
    {
        OpenAI.Chat.ChatFinishReason.Length => ChatFinishReason.Length,
        OpenAI.Chat.ChatFinishReason.ContentFilter => ChatFinishReason.ContentFilter,
        OpenAI.Chat.ChatFinishReason.ToolCalls or OpenAI.Chat.ChatFinishReason.FunctionCall => ChatFinishReason.ToolCalls,
        _ => ChatFinishReason.Stop,
    };

    private static UsageDetails Read(ChatTokenUsage usage) => new()
    {
        InputTokenCount = usage.InputTokenCount,
        OutputTokenCount = usage.OutputTokenCount,
        TotalTokenCount = usage.TotalTokenCount,
        CachedInputTokenCount = usage.InputTokenDetails?.CachedTokenCount,
        ReasoningTokenCount = usage.OutputTokenDetails?.ReasoningTokenCount,
    };
}
