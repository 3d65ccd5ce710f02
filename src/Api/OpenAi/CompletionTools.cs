using System.Text.Json;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi;

/// <summary>Reads which functions a client offers and which of them may or must be called.</summary>
internal static class CompletionTools
{
    private const string Function = "function";
    private const string AllowedTools = "allowed_tools";

    public static IReadOnlyList<ChatTool> Read(IReadOnlyList<CompletionTool>? tools, InputErrors errors)
    {
        List<ChatTool> read = [];
        foreach (var (index, tool) in (tools ?? []).Index())
        {
            if (tool is { Type: Function, Function: { } function })
            {
                read.Add(new(function.Name, function.Description, function.Parameters is { ValueKind: not JsonValueKind.Null } parameters ? parameters : null));
            }
            else
            {
                errors.Add($"tools[{index}]", """is no {"type":"function","function":{"name":"…"}}: only functions can be called, and the client calls them.""");
            }
        }

        return read;
    }

    /// <summary>Those that the model is shown, and what it may do with them. A choice among them leaves the others out.</summary>
    /// <param name="rename">What the client calls a field.</param>
    public static (IReadOnlyList<ChatTool> Tools, string? Choice) Choose(
        IReadOnlyList<ChatTool> tools, JsonElement? choice, InputErrors errors, Func<string, string> rename)
    {
        switch (choice)
        {
            case null or { ValueKind: JsonValueKind.Null }:
                return (tools, null);
            case { ValueKind: JsonValueKind.String } word:
                return (tools, word.GetString());
            case { ValueKind: JsonValueKind.Object } named when NameOf(named) is { } name:
                return (Only(tools, [name], rename("tool_choice.function.name"), errors), ToolChoices.Required);
            case { ValueKind: JsonValueKind.Object } listed when listed.TryGetProperty(AllowedTools, out var allowed) && Names(allowed) is { } names:
                return (Only(tools, names, rename("tool_choice.allowed_tools"), errors), allowed.TryGetProperty("mode", out var mode) ? mode.ToString() : null);
            default:
                errors.Add("tool_choice", """is none of "auto", "none", "required", {"type":"function","function":{"name":"…"}} and {"type":"allowed_tools",…}.""");
                return (tools, null);
        }
    }

    /// <summary>A field of the kind's input, as the client wrote it.</summary>
    public static string FieldOf(string field) => field.StartsWith("tools[", StringComparison.Ordinal) && field.IndexOf("].", StringComparison.Ordinal) is > 0 and var end
        ? $"{field[..(end + 2)]}{Function}.{field[(end + 2)..]}"
        : field;

    private static IReadOnlyList<ChatTool> Only(IReadOnlyList<ChatTool> tools, IReadOnlyList<string> names, string field, InputErrors errors)
    {
        if (names.FirstOrDefault(name => !tools.Any(tool => tool.Name == name)) is { } unknown)
        {
            errors.Add(field, $"has \"{unknown}\", which is none of the tools.");
        }

        return [.. tools.Where(tool => names.Contains(tool.Name))];
    }

    private static string? NameOf(JsonElement named) =>
        named.TryGetProperty(Function, out var function) && function.ValueKind is JsonValueKind.Object
        && function.TryGetProperty("name", out var name) && name.ValueKind is JsonValueKind.String
            ? name.GetString()
            : null;

    private static IReadOnlyList<string>? Names(JsonElement allowed) =>
        allowed.ValueKind is JsonValueKind.Object && allowed.TryGetProperty("tools", out var tools) && tools.ValueKind is JsonValueKind.Array
        && tools.EnumerateArray().Select(tool => tool.ValueKind is JsonValueKind.Object ? NameOf(tool) : null).ToList() is var names && names.All(name => name is not null)
            ? [.. names.OfType<string>()]
            : null;
}
