using System.Text.Json;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi;

/// <summary>Reads a conversation as OpenAI's clients write it, with the answers of any server in it.</summary>
internal static class CompletionMessages
{
    private const string Developer = "developer"; // OpenAI's newer word for a system message.

    // What servers add to their answers, and clients send back: no part of what was said.
    private static readonly string[] OfAnswers =
        ["annotations", "audio", "reasoning", "reasoning_content", "reasoning_details", "provider_specific_fields"];

    /// <summary>System messages lead, wherever they stood: templates know them nowhere else.</summary>
    public static IReadOnlyList<PromptMessage> Read(IReadOnlyList<CompletionMessage> messages, InputErrors errors) =>
        [.. messages.Select((message, index) => Read(message, $"messages[{index}]", errors)).OrderBy(message => message.Role is not PromptRoles.System)];

    private static PromptMessage Read(CompletionMessage message, string path, InputErrors errors)
    {
        var isAssistant = message.Role is PromptRoles.Assistant;
        foreach (var (name, value) in message.Others ?? new Dictionary<string, JsonElement>())
        {
            if (value.ValueKind is not JsonValueKind.Null && !(isAssistant && OfAnswers.Contains(name)))
            {
                errors.Add($"{path}.{name}", "is not a known field. Known: role, content, name, refusal, tool_calls, tool_call_id.");
            }
        }

        var content = CompletionText.Content(message.Content, $"{path}.content", mayBeAbsent: isAssistant, errors);
        return new(message.Role is Developer ? PromptRoles.System : message.Role, content.Length is 0 && isAssistant ? message.Refusal ?? "" : content)
        {
            ToolCalls = message.ToolCalls is { Count: > 0 } calls ? [.. calls.Select(Call)] : null,
            ToolCallId = message.ToolCallId,
        };
    }

    /// <summary>A call without arguments is one without any.</summary>
    private static ToolCall Call(CompletionToolCall call) =>
        new(call.Id, call.Function.Name, string.IsNullOrWhiteSpace(call.Function.Arguments) ? "{}" : call.Function.Arguments);
}
