using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts.Jinja;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Prompts;

/// <summary>Finds out what a template can do by what it makes of small conversations.</summary>
internal sealed class TemplateProbe(Func<IReadOnlyList<ChatMessage>, ToolOffer?, MessageValues, string> execute)
{
    private const string Rules = "a probe of rules";
    private const string Question = "a probe of questions";
    private const string Result = "a probe of results";
    private const string Purpose = "a probe of purposes";
    private const string Function = "probe";

    private static readonly ChatMessage _question = new(ChatRole.User, Question);

    private static readonly ChatMessage[] _calls =
    [
        _question,
        new(ChatRole.Assistant, [new FunctionCallContent("probe0001", Function, new Dictionary<string, object?> { ["a"] = "b" })]),
        new(ChatRole.Tool, [new FunctionResultContent("probe0001", Result)]),
    ];

    private static readonly ToolOffer _offer = new()
    {
        Tools = [new(Function, Purpose, JsonElement.Parse("""{"type": "object", "properties": {"a": {"type": "string", "description": "b"}}, "required": ["a"]}"""))],
    };

    public (MessageValues Values, ToolStyle? Tools) Find()
    {
        MessageValues values = new();
        MessageValues parts = new() { HasParts = true };
        values = !Shows([_question], values, Question) && Shows([_question], parts, Question) ? parts : values;
        ChatMessage[] withRules = [new(ChatRole.System, Rules), _question];
        MessageValues merged = values with { MergesSystem = true };
        values = !Shows(withRules, values, Rules, Question) && Shows(withRules, merged, Rules, Question) ? merged : values;
        MessageValues texts = values with { ArgumentsAreText = true };
        return StyleOf(values) is { } style ? (values, style)
            : StyleOf(texts) is { } other ? (texts, other)
            : (values, null);
    }

    private bool Shows(IReadOnlyList<ChatMessage> messages, MessageValues values, params string[] texts) =>
        Try(messages, null, values) is { } prompt && texts.All(text => prompt.Contains(text, StringComparison.Ordinal));

    private ToolStyle? StyleOf(MessageValues values)
    {
        if (Try(_calls, _offer, values) is not { } prompt || !prompt.Contains(Purpose, StringComparison.Ordinal) || !prompt.Contains(Result, StringComparison.Ordinal))
        {
            return null;
        }

        string dense = string.Concat(prompt.Where(character => !char.IsWhiteSpace(character)));
        return dense.Contains($$$"""<tool_call>{"name":"{{{Function}}}","arguments":{"a":"b"}}</tool_call>""", StringComparison.Ordinal) ? ToolStyle.Tagged
            : dense.Contains($$$"""{"name":"{{{Function}}}","parameters":{"a":"b"}}""", StringComparison.Ordinal) ? ToolStyle.Bare
            : null;
    }

    private string? Try(IReadOnlyList<ChatMessage> messages, ToolOffer? tools, MessageValues values)
    {
        try
        {
            return execute(messages, tools, values);
        }
        catch (JinjaException)
        {
            return null; // Then it does not take this; whoever sends it hears why.
        }
    }
}
