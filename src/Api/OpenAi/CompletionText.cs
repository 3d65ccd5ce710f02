using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi;

/// <summary>Reads what OpenAI's clients may write in several ways: contents of messages, and stop texts.</summary>
internal static class CompletionText
{
    private const int StopsMax = 4;

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

    /// <param name="mayBeAbsent">Whether null says that there is no text.</param>
    public static string Content(JsonElement? content, string path, bool mayBeAbsent, InputErrors errors)
    {
        switch (content)
        {
            case null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } when mayBeAbsent:
                return "";
            case null or { ValueKind: JsonValueKind.Undefined }:
                errors.Add(path, "is required: send a string, or an array of text parts.");
                return "";
            case { ValueKind: JsonValueKind.String } text:
                return text.GetString()!;
            case { ValueKind: JsonValueKind.Array } parts:
                return string.Concat(parts.EnumerateArray().Select((part, index) => Part(part, $"{path}[{index}]", errors)));
            case { } other:
                errors.Add(path, JsonWords.Mismatch(other, "a string, or an array of text parts"));
                return "";
        }
    }

    private static string Part(JsonElement part, string path, InputErrors errors)
    {
        var type = part.ValueKind is JsonValueKind.Object && part.TryGetProperty("type", out var named) ? named.ToString() : null;
        var field = type switch
        {
            "text" or "input_text" or "output_text" => "text",
            "refusal" => "refusal",
            _ => null,
        };
        if (field is not null && part.TryGetProperty(field, out var text) && text.ValueKind is JsonValueKind.String)
        {
            return text.GetString()!;
        }

        errors.Add(path, """is no {"type":"text","text":"…"}: only text is read.""");
        return "";
    }
}
