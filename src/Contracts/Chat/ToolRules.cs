using System.Text.Json;

namespace Pipeline.Contracts;

/// <summary>The checks of functions and of the calls in a conversation.</summary>
public static class ToolRules
{
    /// <summary>Most functions of one chat.</summary>
    public const int ToolsMax = 128;

    private const int NameLengthMax = 64;
    private const int IdLengthMax = 128;

    /// <summary>Problems of a chat's functions.</summary>
    public static IEnumerable<InputProblem> Choice(CompleteChat chat, InputLimits limits)
    {
        if (chat.Tools is { Count: > ToolsMax } tools)
        {
            return [new("tools", $"has {tools.Count} elements: send at most {ToolsMax}.")];
        }

        List<InputProblem> problems = [.. (chat.Tools ?? []).SelectMany((tool, index) => Tool($"tools[{index}]", tool, limits))];
        if (chat.Tools?.GroupBy(tool => tool.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            problems.Add(new("tools", $"has \"{twice.Key}\" {twice.Count()} times: each name names one function."));
        }

        if (chat.ToolChoice is { } choice && !ToolChoices.All.Contains(choice))
        {
            problems.Add(new("tool_choice", $"is \"{choice}\": send one of {string.Join(", ", ToolChoices.All)}."));
        }
        else if (chat is { ToolChoice: ToolChoices.Required, Tools: null or [] })
        {
            problems.Add(new("tool_choice", "is required, and there are no tools."));
        }

        return problems;
    }

    /// <summary>Problems of calls and their answers.</summary>
    public static IEnumerable<InputProblem> Messages(string field, IReadOnlyList<PromptMessage> messages)
    {
        HashSet<string> called = [];
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (message.ToolCalls is not null && message.Role is not PromptRoles.Assistant)
            {
                yield return new($"{field}[{i}].tool_calls", "is for messages of the assistant.");
            }

            foreach (var problem in (message.ToolCalls ?? []).SelectMany((call, index) => Call($"{field}[{i}].tool_calls[{index}]", call)))
            {
                yield return problem;
            }

            called.UnionWith((message.ToolCalls ?? []).Select(call => call.Id));
            if (message.Role is PromptRoles.Tool && (message.ToolCallId is not { } id || !called.Contains(id)))
            {
                yield return new($"{field}[{i}].tool_call_id", message.ToolCallId is null ? "is required: send the id of the call." : $"is \"{message.ToolCallId}\", which no earlier call has.");
            }
        }
    }

    private static IEnumerable<InputProblem> Tool(string field, ChatTool tool, InputLimits limits)
    {
        if (!IsName(tool.Name))
        {
            yield return new($"{field}.name", $"{Said(tool.Name)}: send 1 to {NameLengthMax} letters, digits, underscores and hyphens.");
        }

        if (tool.Description?.Length > limits.TextLengthMax)
        {
            yield return new($"{field}.description", $"has {tool.Description.Length} characters; at most {limits.TextLengthMax} are accepted (Input:TextLengthMax).");
        }

        if (tool.Parameters is { ValueKind: not JsonValueKind.Object })
        {
            yield return new($"{field}.parameters", "is not an object: send a JSON schema.");
        }
    }

    private static IEnumerable<InputProblem> Call(string field, ToolCall call)
    {
        if (call.Id is { Length: 0 or > IdLengthMax })
        {
            yield return new($"{field}.id", $"has {call.Id.Length} characters: send 1 to {IdLengthMax}.");
        }

        if (!IsName(call.Name))
        {
            yield return new($"{field}.name", $"{Said(call.Name)}: send 1 to {NameLengthMax} letters, digits, underscores and hyphens.");
        }

        if (!IsObject(call.Arguments))
        {
            yield return new($"{field}.arguments", "is not a JSON object, as text.");
        }
    }

    // Whoever leaves a name out sends null.
    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= NameLengthMax } && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');

    private static string Said(string? name) => name is null ? "is missing" : $"is \"{name}\"";

    private static bool IsObject(string? arguments)
    {
        try
        {
            return arguments is not null && JsonElement.Parse(arguments).ValueKind is JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
