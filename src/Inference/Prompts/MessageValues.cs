using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Prompts.Jinja.Values;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Prompts;

/// <summary>Conversations as templates expect them: mappings with role, content, tool_calls, name and tool_call_id.</summary>
internal sealed record MessageValues
{
    /// <summary>Texts whose place is not a message: functions that are offered.</summary>
    public const int NoMessage = -1;

    // A template compares these and makes control tokens of them; another role is somebody's text.
    private static readonly string[] _roles = ["system", "developer", "user", "assistant", "tool", "ipython"];

    /// <summary>Content is a list of parts with a type, not a text.</summary>
    public bool HasParts { get; init; }

    /// <summary>The template knows no system messages: they stand before the user's next text.</summary>
    public bool MergesSystem { get; init; }

    /// <summary>Arguments of calls are JSON as a text, not a mapping.</summary>
    public bool ArgumentsAreText { get; init; }

    public JinjaList Of(IReadOnlyList<ChatMessage> messages)
    {
        List<object?> values = [];
        TextBuilder before = new(int.MaxValue);
        bool isBefore = false;
        foreach ((int index, ChatMessage message) in messages.Index())
        {
            Text content = Text.Input(message.Text, index);
            if (MergesSystem && message.Role == ChatRole.System && index < messages.Count - 1)
            {
                before.Append(content).Append("\n\n");
                isBefore = true;
            }
            else if (message.Role == ChatRole.Tool)
            {
                values.AddRange(message.Contents.OfType<FunctionResultContent>().Select(result => ResultOf(result, messages, index)));
            }
            else
            {
                Text text = isBefore ? before.Append(content).ToText() : content;
                (before, isBefore) = (new(int.MaxValue), false);
                values.Add(Message(message.Role.Value, text, index, CallsOf(message, index)));
            }
        }

        return new(values);
    }

    public static object? Of(ToolOffer? offer) => offer is null ? null : new JinjaList(
    [
        .. offer.Tools.Select(tool => new JinjaDict().Add("type", (Text)"function").Add("function", new JinjaDict()
            .Add("name", Text.Input(tool.Name, NoMessage))
            .Add("description", Text.Input(tool.Description, NoMessage))
            .Add("parameters", JsonValues.Of(tool.Parameters, NoMessage)))),
    ]);

    private JinjaDict Message(string role, Text content, int index, JinjaList? calls = null)
    {
        JinjaDict message = new JinjaDict()
            .Add("role", _roles.Contains(role) ? new Text(role) : Text.Input(role, index))
            .Add("content", HasParts ? new JinjaList([new JinjaDict().Add("type", (Text)"text").Add("text", content)]) : content);
        return calls is null ? message : message.Add("tool_calls", calls);
    }

    private JinjaDict ResultOf(FunctionResultContent result, IReadOnlyList<ChatMessage> messages, int index)
    {
        JinjaDict message = Message("tool", Text.Input(result.Result?.ToString() ?? "", index), index)
            .Add("tool_call_id", Text.Input(result.CallId, index));
        return messages.Take(index).SelectMany(earlier => earlier.Contents.OfType<FunctionCallContent>()).LastOrDefault(call => call.CallId == result.CallId) is { } known
            ? message.Add("name", Text.Input(known.Name, index))
            : message;
    }

    private JinjaList? CallsOf(ChatMessage message, int index)
    {
        object?[] calls =
        [
            .. message.Contents.OfType<FunctionCallContent>().Select(call => new JinjaDict()
                .Add("id", Text.Input(call.CallId, index))
                .Add("type", (Text)"function")
                .Add("function", new JinjaDict().Add("name", Text.Input(call.Name, index)).Add("arguments", ArgumentsOf(call, index)))),
        ];
        return calls.Length > 0 ? new(calls) : null;
    }

    private object? ArgumentsOf(FunctionCallContent call, int index)
    {
        string text = CallArguments.TextOf(call);
        return ArgumentsAreText ? Text.Input(text, index) : JsonValues.Of(JsonElement.Parse(text), index);
    }
}
