using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;
using Pipeline.Contracts;

namespace Pipeline.Client.Ai;

/// <summary>Functions, calls and results, between Microsoft.Extensions.AI and jobs. Nothing here calls any: UseFunctionInvocation does.</summary>
internal static class ChatCalls
{
    // What a model reads is worth its tokens: no spaces, and no escapes beside those that JSON needs.
    private static readonly JsonSerializerOptions Dense = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonTypeInfo<IDictionary<string, object?>> Arguments =
        (JsonTypeInfo<IDictionary<string, object?>>)Dense.GetTypeInfo(typeof(IDictionary<string, object?>));

    /// <summary>Those that are offered: with a mode that names one, that one alone.</summary>
    /// <exception cref="NotSupportedException">One is no function.</exception>
    public static IReadOnlyList<ChatTool>? Tools(ChatOptions? options)
    {
        var named = (options?.ToolMode as RequiredChatToolMode)?.RequiredFunctionName;
        var tools = (options?.Tools ?? []).Select(Read).Where(tool => named is null || tool.Name == named).ToList();
        return tools.Count > 0 ? tools
            : named is null ? null
            : throw new ArgumentException($"ToolMode requires \"{named}\", which is none of the Tools.", nameof(options));
    }

    /// <summary>A value of <see cref="ToolChoices"/>.</summary>
    public static string? Choice(ChatOptions? options) => options switch
    {
        { Tools.Count: > 0, ToolMode: RequiredChatToolMode } => ToolChoices.Required,
        { Tools.Count: > 0, ToolMode: NoneChatToolMode } => ToolChoices.None,
        _ => null,
    };

    public static ToolCall Read(FunctionCallContent call) =>
        new(call.CallId, call.Name, JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>(), Arguments));

    public static PromptMessage Read(FunctionResultContent result) => new(PromptRoles.Tool, TextOf(result)) { ToolCallId = result.CallId };

    /// <summary>Arguments that are cut have an exception instead, as the abstraction has it.</summary>
    public static FunctionCallContent Write(ToolCall call) =>
        FunctionCallContent.CreateFromParsedArguments(call.Arguments, call.Id, call.Name, static text => JsonSerializer.Deserialize(text, Arguments));

    private static ChatTool Read(AITool tool) => tool is AIFunctionDeclaration function
        ? new(function.Name, function.Description is { Length: > 0 } description ? description : null, function.JsonSchema)
        : throw new NotSupportedException($"{tool.GetType().Name} is no function: a model here calls functions alone, which its client runs.");

    private static string TextOf(FunctionResultContent result) => result switch
    {
        { Exception: { } exception, Result: null } => $"Error: {exception.Message}",
        { Result: null } => "",
        { Result: string text } => text,
        { Result: JsonElement { ValueKind: JsonValueKind.String } text } => text.GetString()!,
        { Result: TextContent text } => text.Text,
        { Result: IEnumerable<AIContent> parts } => string.Concat(parts.OfType<TextContent>().Select(part => part.Text)),
        { Result: var value } => JsonSerializer.Serialize(value, Dense.GetTypeInfo(typeof(object))),
    };
}
