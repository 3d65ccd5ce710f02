using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>Reads the items of an input as the messages of a chat, and remembers where each stood.</summary>
/// <param name="answers">The stored answers that items refer to, by id.</param>
internal sealed class ResponseItems(IReadOnlyDictionary<Guid, ChatResult> answers, InputErrors errors)
{
    private readonly List<CompletionMessage> _messages = [];
    private readonly List<string> _places = [];

    public IReadOnlyList<CompletionMessage> Messages => _messages;

    /// <summary>Where a message stood, by its place among the messages.</summary>
    public string PlaceOf(int message) => message < _places.Count
        ? _places.Zip(_messages).OrderBy(one => one.Second.Role is not (PromptRoles.System or "developer")).ElementAt(message).First // As a chat orders them.
        : "input";

    public void Add(string role, string text, string place) => Add(new() { Role = role, Content = Json(text) }, place);

    /// <summary>An input as a client sent it.</summary>
    /// <param name="place">Where it stands in the body.</param>
    public void AddInput(JsonElement input, string place)
    {
        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                Add(PromptRoles.User, input.GetString()!, place);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in input.EnumerateArray().Index())
                {
                    AddItem(item, $"{place}[{index}]");
                }

                break;
            default:
                errors.Add(place, JsonWords.Mismatch(input, "a string, or an array of items"));
                break;
        }
    }

    /// <summary>What the model answered.</summary>
    public void AddAnswer(ChatResult result, string place)
    {
        if (result.Content.Length > 0 || result.ToolCalls is null)
        {
            Add(PromptRoles.Assistant, result.Content, place);
        }

        foreach (var call in result.ToolCalls ?? [])
        {
            AddCall(call.Id, call.Name, call.Arguments, place);
        }
    }

    private void AddItem(JsonElement item, string place)
    {
        if (item.ValueKind is not JsonValueKind.Object)
        {
            errors.Add(place, JsonWords.Mismatch(item, "an object"));
            return;
        }

        if (ItemReference.IdOf(item) is { } reference)
        {
            AddReference(reference, place);
            return;
        }

        switch (Text(item, "type") ?? "message")
        {
            case "message" when Text(item, "role") is { } role && item.TryGetProperty("content", out var content):
                Add(role, ContentOf(content, $"{place}.content"), place);
                break;
            case "message":
                errors.Add(place, "is a message without role or content.");
                break;
            case "function_call" when Text(item, "call_id") is { } id && Text(item, "name") is { } name:
                AddCall(id, name, Text(item, "arguments") ?? "{}", place);
                break;
            case "function_call_output" when Text(item, "call_id") is { } id && item.TryGetProperty("output", out var output):
                Add(new() { Role = "tool", ToolCallId = id, Content = Json(ContentOf(output, $"{place}.output")) }, place);
                break;
            case "reasoning": // What a model thought is no part of what it said.
                break;
            case var type:
                errors.Add(place, $"is a \"{type}\" that cannot be read: send messages, function_call with call_id, name and arguments, or function_call_output with call_id and output.");
                break;
        }
    }

    private void AddReference(string id, string place)
    {
        if (ItemReference.Parse(id) is { } reference && answers.TryGetValue(reference.ResponseId, out var answer) && reference.ItemOf(answer) is { } item)
        {
            AddAnswer(item, place);
        }
        else
        {
            errors.Add(place, $"refers to \"{id}\", which is no item of a stored response of yours that has an answer: send the item itself.");
        }
    }

    /// <summary>Calls of one answer are one message, behind what was said with them.</summary>
    private void AddCall(string id, string name, string arguments, string place)
    {
        CompletionToolCall call = new() { Id = id, Type = "function", Function = new(name, arguments) };
        if (_messages is [.., { Role: PromptRoles.Assistant } last])
        {
            _messages[^1] = last with { ToolCalls = [.. last.ToolCalls ?? [], call] };
        }
        else
        {
            Add(new() { Role = PromptRoles.Assistant, ToolCalls = [call] }, place);
        }
    }

    private string ContentOf(JsonElement content, string place)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                return content.GetString()!;
            case JsonValueKind.Array:
                return string.Concat(content.EnumerateArray().Select((part, index) => PartOf(part, $"{place}[{index}]")));
            default:
                errors.Add(place, JsonWords.Mismatch(content, "a string, or an array of text parts"));
                return "";
        }
    }

    private string PartOf(JsonElement part, string place)
    {
        var text = part.ValueKind is not JsonValueKind.Object ? null : Text(part, "type") switch
        {
            "input_text" or "output_text" or "text" => Text(part, "text"),
            "refusal" => Text(part, "refusal"),
            _ => null,
        };
        if (text is null)
        {
            errors.Add(place, """is no {"type":"input_text","text":"…"}: only text is read.""");
        }

        return text ?? "";
    }

    private void Add(CompletionMessage message, string place)
    {
        _messages.Add(message);
        _places.Add(place);
    }

    private static JsonElement Json(string text) => JsonSerializer.SerializeToElement(text, OpenAiJson.Default.String);

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
