using Microsoft.Extensions.AI;
using OpenAI.Chat;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Pipeline.Inference.Remote.OpenAi;

/// <summary>A conversation in the SDK's types.</summary>
internal static class OpenAiMessages
{
    /// <exception cref="NotSupportedException">A message has something else than text.</exception>
    public static IReadOnlyList<OpenAI.Chat.ChatMessage> From(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        List<OpenAI.Chat.ChatMessage> request = [.. messages.Select(From)];
        if (!string.IsNullOrEmpty(options?.Instructions))
        {
            request.Insert(0, new SystemChatMessage(options.Instructions));
        }

        return request.Count > 0 ? request : throw new ArgumentException("No messages; give at least one.", nameof(messages));
    }

    private static OpenAI.Chat.ChatMessage From(ChatMessage message)
    {
        // A model's earlier thoughts and usage are no part of the conversation.
        if (message.Contents.FirstOrDefault(content => content is not (TextContent or TextReasoningContent or UsageContent)) is { } other)
        {
            throw new NotSupportedException($"A message has {other.GetType().Name}; servers are sent only text.");
        }

        return message.Role == ChatRole.User ? new UserChatMessage(message.Text)
            : message.Role == ChatRole.Assistant ? new AssistantChatMessage(message.Text)
            : message.Role == ChatRole.System ? new SystemChatMessage(message.Text)
            : throw new NotSupportedException($"A message has the role {message.Role}; give system, user or assistant.");
    }
}
