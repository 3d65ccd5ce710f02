using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi;

/// <summary>Reads what OpenAI's clients may write in several ways: contents of messages, and stop texts.</summary>
internal static class CompletionText
{
    private const int StopsMax = 4;
    private const string Developer = "developer"; // OpenAI's newer word for a system message.

    public static IReadOnlyList<PromptMessage> Messages(IReadOnlyList<CompletionMessage> messages, InputErrors errors) =>
        [.. messages.Select((message, index) => new PromptMessage(
            message.Role is Developer ? PromptRoles.System : message.Role, Content(message.Content, $"messages[{index}].content", errors)))];

    public static IReadOnlyList<string>? Stops(JsonElement? stop, InputErrors errors)
    {
        switch (stop)
        {
            case null or { ValueKind: JsonValueKind.Null }:
                return null;
            case { ValueKind: JsonValueKind.String } text:
                return [text.GetString()!];
            case { ValueKind: JsonValueKind.Array } texts when texts.GetArrayLength() <= StopsMax && texts.EnumerateArray().All(text => text.ValueKind is JsonValueKind.String):
                return [.. texts.EnumerateArray().Select(text => text.GetString()!)];
            default:
                errors.Add("stop", $"is neither a string nor an array of at most {StopsMax} strings.");
                return null;
        }
    }

    private static string Content(JsonElement content, string path, InputErrors errors)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                return content.GetString()!;
            case JsonValueKind.Array:
                return string.Concat(content.EnumerateArray().Select((part, index) => Part(part, $"{path}[{index}]", errors)));
            default:
                errors.Add(path, JsonWords.Mismatch(content, "a string, or an array of text parts"));
                return "";
        }
    }

    private static string Part(JsonElement part, string path, InputErrors errors)
    {
        var isText = part.ValueKind is JsonValueKind.Object && part.TryGetProperty("type", out var type) && type.ValueEquals("text");
        if (isText && part.TryGetProperty("text", out var text) && text.ValueKind is JsonValueKind.String)
        {
            return text.GetString()!;
        }

        errors.Add(path, """is no {"type":"text","text":"…"}: only text is read.""");
        return "";
    }
}
