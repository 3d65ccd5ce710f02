using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Contracts;

namespace Pipeline.Client.Ai;

/// <summary>What a chat client is asked, as a job. Options without a meaning here are ignored; those that would change what the answer is are refused.</summary>
internal static class ChatInput
{
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    public static CompleteChat Of(IEnumerable<ChatMessage> messages, ChatOptions? options) => new()
    {
        Messages = [.. System(options), .. messages.SelectMany(Read)],
        Temperature = options?.Temperature,
        TopP = options?.TopP,
        MaxTokens = options?.MaxOutputTokens,
        Seed = options?.Seed,
        PresencePenalty = options?.PresencePenalty,
        FrequencyPenalty = options?.FrequencyPenalty,
        Stop = options?.StopSequences is { Count: > 0 } stop ? [.. stop] : null,
        Schema = options?.ResponseFormat is ChatResponseFormatJson json ? json.Schema ?? AnyObject : null,
        Tools = ChatCalls.Tools(options),
        ToolChoice = ChatCalls.Choice(options),
        ParallelToolCalls = options?.Tools is { Count: > 0 } ? options.AllowMultipleToolCalls : null,
    };

    private static IEnumerable<PromptMessage> System(ChatOptions? options) =>
        options?.Instructions is { Length: > 0 } instructions ? [new(PromptRoles.System, instructions)] : [];

    /// <summary>Each result of a function is a message of its own.</summary>
    private static IEnumerable<PromptMessage> Read(ChatMessage message)
    {
        if (message.Contents.FirstOrDefault(content => content is not (TextContent or TextReasoningContent or UsageContent or FunctionCallContent or FunctionResultContent)) is { } other)
        {
            throw new NotSupportedException($"A message has {other.GetType().Name}; only text, calls of functions and their results are sent.");
        }

        List<ToolCall> calls = [.. message.Contents.OfType<FunctionCallContent>().Select(ChatCalls.Read)];
        List<PromptMessage> read = [.. message.Contents.OfType<FunctionResultContent>().Select(ChatCalls.Read)];
        if (read.Count is 0 || message.Text.Length > 0 || calls.Count > 0)
        {
            read.Add(new(message.Role.Value, message.Text) { ToolCalls = calls.Count > 0 ? calls : null });
        }

        return read;
    }
}
