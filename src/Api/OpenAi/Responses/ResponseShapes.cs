using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>What a response is asked for in another shape than a chat: the format of its text, and its tools, which lie one level flatter.</summary>
internal static class ResponseShapes
{
    public static CompletionFormat? Format(JsonElement? text, InputErrors errors)
    {
        if (text is not { ValueKind: JsonValueKind.Object } given || !given.TryGetProperty("format", out var format) || format.ValueKind is JsonValueKind.Null)
        {
            return null;
        }

        if (format.ValueKind is JsonValueKind.Object && Text(format, "type") is { } type)
        {
            return type is "text" or "json_object" ? new(type)
                : type is not "json_schema" ? Refuse("text.format.type", $"is \"{type}\": send text, json_object or json_schema.")
                : format.TryGetProperty("schema", out var schema) ? new(type, new(Text(format, "name") ?? "answer", schema))
                : Refuse("text.format.schema", "is required: send a JSON schema.");
        }

        return Refuse("text.format", """is no {"type":"text"}, {"type":"json_object"} or {"type":"json_schema","name":"…","schema":{…}}.""");

        CompletionFormat? Refuse(string field, string message)
        {
            errors.Add(field, message);
            return null;
        }
    }

    public static IReadOnlyList<CompletionTool>? Tools(JsonElement? tools, InputErrors errors)
    {
        if (tools is not { } given || given.ValueKind is JsonValueKind.Null)
        {
            return null;
        }

        if (given.ValueKind is not JsonValueKind.Array)
        {
            errors.Add("tools", "is no array of functions.");
            return null;
        }

        List<CompletionTool> read = [];
        foreach (var (index, tool) in given.EnumerateArray().Index())
        {
            if (tool.ValueKind is JsonValueKind.Object && Text(tool, "type") is "function" && Text(tool, "name") is { } name)
            {
                JsonElement? parameters = tool.TryGetProperty("parameters", out var schema) && schema.ValueKind is not JsonValueKind.Null ? schema : null;
                read.Add(new() { Type = "function", Function = new(name, Text(tool, "description"), parameters) });
            }
            else
            {
                errors.Add($"tools[{index}]", """is no {"type":"function","name":"…","parameters":{…}}: only functions can be called, and the client calls them.""");
            }
        }

        return read;
    }

    /// <summary>A function that is named, and those that are allowed, stand one level flatter here.</summary>
    public static JsonElement? ToolChoice(JsonElement? choice, InputErrors errors)
    {
        if (choice is not { ValueKind: JsonValueKind.Object } given)
        {
            return choice;
        }

        switch (Text(given, "type"))
        {
            case "function" when Text(given, "name") is { } name:
                return JsonSerializer.SerializeToElement(new("function", new(name)), ResponsesJson.Default.ChosenTool);
            case "allowed_tools" when given.TryGetProperty("tools", out var tools) && NamesOf(tools) is { } names:
                AllowedTools allowed = new(Text(given, "mode"), [.. names.Select(name => new ChosenTool("function", new(name)))]);
                return JsonSerializer.SerializeToElement(new("allowed_tools", allowed), ResponsesJson.Default.AllowedChoice);
            default:
                errors.Add("tool_choice", """is none of "auto", "none", "required", {"type":"function","name":"…"} and {"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"…"}]}.""");
                return null;
        }
    }

    private static IReadOnlyList<string>? NamesOf(JsonElement tools) =>
        tools.ValueKind is JsonValueKind.Array
        && tools.EnumerateArray().Select(tool => tool.ValueKind is JsonValueKind.Object && Text(tool, "type") is "function" ? Text(tool, "name") : null).ToList() is var names
        && names.All(name => name is not null)
            ? [.. names.OfType<string>()]
            : null;

    private static string? Text(JsonElement value, string name) =>
        value.TryGetProperty(name, out var text) && text.ValueKind is JsonValueKind.String ? text.GetString() : null;
}

/// <summary>The choice of a chat.</summary>
internal sealed record ChosenTool(string Type, ChosenFunction Function);

internal sealed record ChosenFunction(string Name);

/// <summary>The choice of a chat among several.</summary>
internal sealed record AllowedChoice(string Type, [property: JsonPropertyName("allowed_tools")] AllowedTools Allowed);

/// <param name="Mode">auto or required.</param>
internal sealed record AllowedTools(string? Mode, IReadOnlyList<ChosenTool> Tools);
