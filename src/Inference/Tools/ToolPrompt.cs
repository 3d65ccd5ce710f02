using System.Text;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Tools;

/// <summary>
/// A conversation with functions as the plain messages that chat templates know. llama.cpp renders the templates that it
/// recognises without their part for tools; where the interpreter here does not render them either (<see cref="ModelInfo.Tools"/> says in which
/// form), what would stand there is written into the messages.
/// </summary>
internal static class ToolPrompt
{
    /// <param name="offer">What is offered now; null leaves only earlier calls to be written.</param>
    public static IReadOnlyList<ChatMessage> Write(IReadOnlyList<ChatMessage> messages, ToolOffer? offer, ToolStyle style) =>
        IsPlain(messages, offer) ? messages : style is ToolStyle.Bare ? WriteBare(messages, offer) : WriteTagged(messages, offer);

    /// <summary>Whether there is nothing of functions to write.</summary>
    public static bool IsPlain(IReadOnlyList<ChatMessage> messages, ToolOffer? offer) =>
        offer is null && !messages.Any(message => message.Contents.Any(content => content is FunctionCallContent or FunctionResultContent));

    private static List<ChatMessage> WriteTagged(IReadOnlyList<ChatMessage> messages, ToolOffer? offer)
    {
        List<ChatMessage> written = [];
        foreach (ChatMessage message in messages)
        {
            if (message.Role == ChatRole.Tool)
            {
                // Answers of one round are one message of the user.
                string answer = $"<tool_response>\n{Results(message)}\n</tool_response>";
                bool isNext = written.Count > 0 && written[^1].Role == ChatRole.User && written[^1].Text.EndsWith("</tool_response>", StringComparison.Ordinal);
                string before = isNext ? written[^1].Text + "\n" : "";
                written.RemoveRange(written.Count - (isNext ? 1 : 0), isNext ? 1 : 0);
                written.Add(new(ChatRole.User, before + answer));
                continue;
            }

            StringBuilder text = new(message.Text);
            foreach (FunctionCallContent call in message.Contents.OfType<FunctionCallContent>())
            {
                text.Append(text.Length > 0 ? "\n" : "").Append($"<tool_call>\n{{\"name\": {CallArguments.Quote(call.Name)}, \"arguments\": {CallArguments.TextOf(call)}}}\n</tool_call>");
            }

            written.Add(new(message.Role, text.ToString()));
        }

        if (offer is not null)
        {
            AddToSystem(written, $$"""
                # Tools

                You may call one or more functions to assist with the user query.

                You are provided with function signatures within <tools></tools> XML tags:
                <tools>
                {{string.Join('\n', offer.Tools.Select(Signature))}}
                </tools>

                For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
                <tool_call>
                {"name": <function-name>, "arguments": <args-json-object>}
                </tool_call>
                """);
        }

        return written;
    }

    private static List<ChatMessage> WriteBare(IReadOnlyList<ChatMessage> messages, ToolOffer? offer)
    {
        List<ChatMessage> written = [.. messages.Select(message =>
            message.Role == ChatRole.Tool ? new ChatMessage(new ChatRole("ipython"), Results(message))
            : message.Contents.OfType<FunctionCallContent>().ToArray() is { Length: > 0 } calls
                ? new(message.Role, string.Join("; ", calls.Select(call => $"{{\"name\": {CallArguments.Quote(call.Name)}, \"parameters\": {CallArguments.TextOf(call)}}}")))
                : message)];
        if (offer is not null)
        {
            AddToSystem(written, $$"""
                You have access to the following functions. To call a function, respond with JSON for a function call and nothing else.
                Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}. Do not use variables. {{(offer.MayRepeat ? "Separate several calls with \"; \"." : "")}}

                {{string.Join("\n\n", offer.Tools.Select(Signature))}}
                """);
        }

        return written;
    }

    private static void AddToSystem(List<ChatMessage> messages, string text)
    {
        int last = messages.FindLastIndex(message => message.Role == ChatRole.System);
        if (last >= 0)
        {
            messages[last] = new(ChatRole.System, $"{messages[last].Text}\n\n{text}");
        }
        else
        {
            messages.Insert(0, new(ChatRole.System, text));
        }
    }

    private static string Signature(OfferedTool tool) =>
        $"{{\"type\": \"function\", \"function\": {{\"name\": {CallArguments.Quote(tool.Name)}, \"description\": {CallArguments.Quote(tool.Description)}, \"parameters\": {tool.Parameters.GetRawText()}}}}}";

    private static string Results(ChatMessage message) => string.Join('\n', message.Contents.OfType<FunctionResultContent>().Select(result => result.Result?.ToString() ?? ""));
}
