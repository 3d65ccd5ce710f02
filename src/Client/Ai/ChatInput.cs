using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Contracts;

namespace Pipeline.Client.Ai;

/// <summary>What a chat client is asked, as a job. Options without a meaning here are ignored; those that would change what the answer is are refused.</summary>
internal static class ChatInput
{
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    public static CompleteChat Of(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        if (options?.Tools is { Count: > 0 })
        {
            throw new NotSupportedException("This client calls no tools: leave Tools out, or use /v1 through an OpenAI client.");
        }

        return new()
        {
            Messages = [.. System(options), .. messages.Select(Read)],
            Temperature = options?.Temperature,
            TopP = options?.TopP,
            MaxTokens = options?.MaxOutputTokens,
            Seed = options?.Seed,
            PresencePenalty = options?.PresencePenalty,
            FrequencyPenalty = options?.FrequencyPenalty,
            Stop = options?.StopSequences is { Count: > 0 } stop ? [.. stop] : null,
            Schema = options?.ResponseFormat is ChatResponseFormatJson json ? json.Schema ?? AnyObject : null,
        };
    }

    private static IEnumerable<PromptMessage> System(ChatOptions? options) =>
        options?.Instructions is { Length: > 0 } instructions ? [new(PromptRoles.System, instructions)] : [];

    private static PromptMessage Read(ChatMessage message) =>
        message.Contents.FirstOrDefault(content => content is not (TextContent or TextReasoningContent or UsageContent)) is { } other
            ? throw new NotSupportedException($"A message has {other.GetType().Name}; only text is sent.")
            : new(message.Role.Value, message.Text);
}
