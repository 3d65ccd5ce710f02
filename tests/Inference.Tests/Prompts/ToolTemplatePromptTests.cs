using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Tests.Prompts;

/// <summary>Templates that the backend knows without their part for functions.</summary>
public sealed class ToolTemplatePromptTests
{
    /// <summary>As Qwen 2.5 writes functions, calls and results.</summary>
    private const string Qwen = """
        {%- if tools %}
            {{- '<s>' }}{{- messages[0].content if messages[0].role == 'system' else 'You are helpful.' }}
            {{- "\n\n# Own tools\n\n<tools>" }}
            {%- for tool in tools %}{{- "\n" }}{{- tool | tojson }}{%- endfor %}
            {{- "\n</tools><e>" }}
        {%- elif messages[0].role == 'system' %}
            {{- '<s>' + messages[0].content + '<e>' }}
        {%- endif %}
        {%- for message in messages %}
            {%- if message.role == "user" or (message.role == "assistant" and not message.tool_calls) %}
                {{- '<' + message.role[0] + '>' + message.content + '<e>' }}
            {%- elif message.role == "assistant" %}
                {{- '<a>' }}{%- if message.content %}{{- message.content }}{%- endif %}
                {%- for tool_call in message.tool_calls %}
                    {%- if tool_call.function is defined %}{%- set tool_call = tool_call.function %}{%- endif %}
                    {{- '\n<tool_call>\n{"name": "' }}{{- tool_call.name }}{{- '", "arguments": ' }}{{- tool_call.arguments | tojson }}{{- '}\n</tool_call>' }}
                {%- endfor %}
                {{- '<e>' }}
            {%- elif message.role == "tool" %}
                {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}{{- '<u>' }}{%- endif %}
                {{- '\n<tool_response>\n' }}{{- message.content }}{{- '\n</tool_response>' }}
                {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}{{- '<e>' }}{%- endif %}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}{{- '<a>' }}{%- endif %}
        """;

    /// <summary>As Llama 3.1: functions stand in the first message of the user, and an answer has one call.</summary>
    private const string Llama = """
        {%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content']|trim %}{%- set messages = messages[1:] %}{%- else %}{%- set system_message = "" %}{%- endif %}
        {{- "<s>" }}{%- if tools is not none %}{{- "Environment: ipython\n" }}{%- endif %}{{- system_message }}{{- "<e>" }}
        {%- if tools is not none %}
            {%- set first_user_message = messages[0]['content']|trim %}{%- set messages = messages[1:] %}
            {{- '<u>Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}.\n' }}
            {%- for t in tools %}{{- t | tojson(indent=4) }}{{- "\n\n" }}{%- endfor %}
            {{- first_user_message + "<e>" }}
        {%- endif %}
        {%- for message in messages %}
            {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
                {{- '<' + message['role'][0] + '>' + message['content'] | trim + '<e>' }}
            {%- elif 'tool_calls' in message %}
                {%- if not message.tool_calls|length == 1 %}{{- raise_exception("This model only supports single tool-calls at once!") }}{%- endif %}
                {%- set tool_call = message.tool_calls[0].function %}
                {{- '<a>' }}{{- '{"name": "' + tool_call.name + '", ' }}{{- '"parameters": ' }}{{- tool_call.arguments | tojson }}{{- "}" }}{{- "<e>" }}
            {%- else %}
                {{- "<i>" }}{{- message.content }}{{- "<e>" }}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}{{- '<a>' }}{%- endif %}
        """;

    private static readonly ToolOffer _offer = ToolOffer.Read(new() { Tools = [AIFunctionFactory.Create((string city) => city, "weather", "Tells the weather.")] })!;

    private static readonly ChatMessage[] _turn =
    [
        new(ChatRole.System, "S"), new(ChatRole.User, "U <e>"), Calls("c1"), new(ChatRole.Tool, [new FunctionResultContent("c1", "rain")]),
    ];

    [Fact]
    public void Functions_calls_and_results_are_in_Qwens_own_form()
    {
        string prompt = Text(Model(Qwen, ToolStyle.Tagged), _offer, _turn);

        prompt.ShouldStartWith("<s>S\n\n# Own tools\n\n<tools>\n{\"type\": \"function\", \"function\": {\"name\": \"weather\", \"description\": \"Tells the weather.\", \"parameters\": {");
        prompt.ShouldEndWith("</tools><e><u>U <e><e><a>\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call><e><u>\n<tool_response>\nrain\n</tool_response><e><a>");
    }

    [Fact]
    public void Functions_calls_and_results_are_in_Llamas_own_form()
    {
        string prompt = Text(Model(Llama, ToolStyle.Bare), _offer, _turn);

        prompt.ShouldStartWith("<s>Environment: ipython\nS<e><u>Respond in the format");
        prompt.ShouldContain("\"name\": \"weather\"");
        prompt.ShouldEndWith("U <e><e><a>{\"name\": \"weather\", \"parameters\": {\"city\": \"Oslo\"}}<e><i>rain<e><a>");
    }

    [Fact]
    public void Results_without_an_offer_are_in_the_own_form_too() =>
        Text(Model(Qwen, ToolStyle.Tagged), null, _turn[1..]).ShouldStartWith("<u>U <e><e><a>\n<tool_call>");

    [Fact]
    public void Conversation_without_functions_is_the_backends() => Text(Model(Qwen, ToolStyle.Tagged), null, new ChatMessage(ChatRole.User, "U")).ShouldBe("<u>|U<e><a>|");

    [Fact]
    public void What_the_template_refuses_is_written_into_the_messages()
    {
        ChatMessage[] both = [.. _turn[..2], Calls("c1", "c2"), new(ChatRole.Tool, [new FunctionResultContent("c1", "rain"), new FunctionResultContent("c2", "sun")])];

        string prompt = Text(Model(Llama, ToolStyle.Bare), _offer, both);

        prompt.ShouldStartWith("<s>|S\n\nYou have access to the following functions.");
        prompt.ShouldContain("""{"name": "weather", "parameters": {"city":"Oslo"}}; {"name": "weather", "parameters": {"city":"Oslo"}}""");
    }

    [Fact]
    public void Control_tokens_of_a_user_stay_text()
    {
        FakeLanguageModel model = Model(Qwen, ToolStyle.Tagged);

        int[] tokens = new ChatTokenizer(model).Tokenize(_turn, [], _offer, thinking: false, CancellationToken.None).Tokens;

        // The ends of four messages, two of them with the next one's beginning; not the user's.
        (tokens.Count(token => token is 403), tokens.Count(token => token is 404)).ShouldBe((2, 2));
    }

    private static ChatMessage Calls(params string[] ids) =>
        new(ChatRole.Assistant, [.. ids.Select(id => new FunctionCallContent(id, "weather", new Dictionary<string, object?> { ["city"] = "Oslo" }))]);

    private static FakeLanguageModel Model(string template, ToolStyle style)
    {
        ChatTemplate own = ChatTemplate.Parse(new(template, null, null, null), "fake", TimeProvider.System);
        own.Tools.ShouldBe(style);
        FakeLanguageModel model = new("|");
        return new("|") { ToolTemplate = own, Info = model.Info with { Tools = style } };
    }

    private static string Text(FakeLanguageModel model, ToolOffer? tools, params ChatMessage[] messages) => string.Concat(
        new ToolTemplatePrompt(new OwnPrompt(model.ToolTemplate!, model.Info), new BuiltInPrompt(model)).Render(messages, tools, thinking: false, CancellationToken.None).Select(part => part.Text));
}
