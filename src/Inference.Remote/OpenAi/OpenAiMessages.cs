using Microsoft.Extensions.AI;
using OpenAI.Chat;
using Pipeline.Inference.Tools;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Pipeline.Inference.Remote.OpenAi;

/// <summary>A conversation in the SDK's types.</summary>
internal static class OpenAiMessages
{
    /// <exception cref="NotSupportedException">A message has something else than text and calls of functions.</exception>
    public static IReadOnlyList<OpenAI.Chat.ChatMessage> From(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        List<OpenAI.Chat.ChatMessage> request = [.. messages.SelectMany(From)];
        if (!string.IsNullOrEmpty(options?.Instructions))
        {
            request.Insert(0, new SystemChatMessage(options.Instructions));
        }

        return request.Count > 0 ? request : throw new ArgumentException("No messages; give at least one.", nameof(messages));
    }

    private static IEnumerable<OpenAI.Chat.ChatMessage> From(ChatMessage message)
    {
        // A model's earlier thoughts and usage are no part of the conversation.
        if (message.Contents.FirstOrDefault(content => content is not (TextContent or TextReasoningContent or UsageContent or FunctionCallContent or FunctionResultContent)) is { } other)
        {
            throw new NotSupportedException($"A message has {other.GetType().Name}; servers are sent only text and calls of functions.");
        }

        return message.Role == ChatRole.User ? [new UserChatMessage(message.Text)]
            : message.Role == ChatRole.Assistant ? [Answer(message)]
            : message.Role == ChatRole.System ? [new SystemChatMessage(message.Text)]
            : message.Role == ChatRole.Tool ? message.Contents.OfType<FunctionResultContent>().Select(result => new ToolChatMessage(result.CallId, result.Result?.ToString() ?? ""))
            : throw new NotSupportedException($"A message has the role {message.Role}; give system, user, assistant or tool.");
    }

    private static AssistantChatMessage Answer(ChatMessage message)
    {
        AssistantChatMessage answer = new(message.Text);
        foreach (FunctionCallContent call in message.Contents.OfType<FunctionCallContent>())
        {
            answer.ToolCalls.Add(ChatToolCall.CreateFunctionToolCall(call.CallId, call.Name, BinaryData.FromString(CallArguments.TextOf(call))));
        }

        return answer;
    }
}
