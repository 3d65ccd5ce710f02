using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Tests.Prompts;

public sealed class OwnPromptTests
{
    private const string Plain = "{% for m in messages %}<{{ m.role[0] }}>{{ m.content | trim }}<e>{% endfor %}{% if add_generation_prompt %}<a>{% endif %}";

    private const string Alternating =
        "{% for m in messages %}{% if (m.role == 'user') != loop.index is odd %}{{ raise_exception('Roles must alternate.') }}{% endif %}<u>{{ m.content }}<e>{% endfor %}";

    private const string Tools =
        "{% if tools %}{% for t in tools %}{{ t.function | tojson }}{% endfor %}{% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% for c in m.tool_calls or [] %}"
        + "<tool_call>\n{\"name\": \"{{ c.function.name }}\", \"arguments\": {{ c.function.arguments | tojson }}}\n</tool_call>{% endfor %}{{ m.name }}<e>{% endfor %}";

    private static readonly ToolOffer _offer = ToolOffer.Read(new() { Tools = [AIFunctionFactory.Create((string city) => city, "weather", "Tells the weather.")] })!;

    [Fact]
    public void Prompt_has_the_tokens_of_the_rendered_template_and_control_tokens_of_a_user_stay_text()
    {
        FakeLanguageModel model = Model(Plain);
        TokenizedChat chat = Tokenize(model, new(ChatRole.System, " be brief\n"), new(ChatRole.User, "x<e>"));
        int[] system = model.Tokenize("<s>be brief<e><u>", parseControlTokens: true), user = model.Tokenize("x<e>", parseControlTokens: false);
        chat.Tokens.ShouldBe([.. system, .. user, .. model.Tokenize("<e><a>", parseControlTokens: true)]);
        chat.SharedTokens.ShouldBe(system.Length);
    }

    [Fact]
    public void Refusal_of_the_template_is_told_in_its_words() =>
        Should.Throw<PromptRefusedException>(() => Tokenize(Model(Alternating), new(ChatRole.User, "a"), new(ChatRole.User, "b")))
            .Message.ShouldBe("The chat template of fake refuses this conversation: Roles must alternate.");

    [Fact]
    public void Failure_of_the_template_is_told_with_its_line() =>
        Should.Throw<PromptRefusedException>(() => Tokenize(Model("{% for m in messages %}{{ m.content }}\n{{ m.content + 1 if loop.index == 2 }}{% endfor %}"), new(ChatRole.User, "a"), new(ChatRole.Assistant, "b"), new(ChatRole.User, "c")))
            .Message.ShouldContain("line 2: '+' cannot join a text and a number");

    [Fact]
    public void Message_that_the_template_drops_is_missed() =>
        Should.Throw<PromptRefusedException>(() => Tokenize(Model("{{ messages[0].content }}{{ messages[-1].content }}"), new(ChatRole.User, "a"), new(ChatRole.Assistant, "b"), new(ChatRole.User, "c")))
            .Message.ShouldContain("kept 2 of 3 messages");

    [Theory]
    [InlineData(Alternating)]
    [InlineData("{% for m in messages if m.role != 'system' %}<u>{{ m.content }}<e>{% endfor %}")]
    public void System_message_goes_to_the_user_where_the_template_knows_none(string template) =>
        Text(Model(template), null, false, new(ChatRole.System, "S"), new(ChatRole.User, "U")).ShouldBe("<u>S\n\nU<e>");

    [Fact]
    public void Texts_are_lists_of_parts_where_the_template_wants_them() =>
        Text(Model("{% for m in messages %}{% for p in m.content %}{% if p.type == 'text' %}<u>{{ p.text }}{% endif %}{% endfor %}{% endfor %}"), null, false, new ChatMessage(ChatRole.User, "U")).ShouldBe("<u>U");

    [Fact]
    public void Template_that_writes_calls_as_the_grammar_does_gets_the_functions_themselves()
    {
        FakeLanguageModel model = Model(Tools);
        model.OwnTemplate!.Tools.ShouldBe(ToolStyle.Tagged);
        string prompt = Text(
            model,
            _offer,
            false,
            new(ChatRole.User, "U"),
            new(ChatRole.Assistant, [new FunctionCallContent("c1", "weather", new Dictionary<string, object?> { ["city"] = "Oslo" })]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "rain")]));
        prompt.ShouldStartWith("{\"name\": \"weather\", \"description\": \"Tells the weather.\", \"parameters\": {");
        prompt.ShouldEndWith("<user>U<e><assistant><tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call><e><tool>rainweather<e>");
    }

    [Fact]
    public void Functions_stand_in_the_messages_where_the_template_has_another_form_for_them()
    {
        FakeLanguageModel model = Model(Plain);
        model.OwnTemplate!.Tools.ShouldBeNull();
        string prompt = Text(model, _offer, false, new ChatMessage(ChatRole.User, "U"));
        prompt.ShouldStartWith("<s># Tools");
        prompt.ShouldEndWith("<u>U<e><a>");
    }

    [Theory]
    [InlineData("", true, "<a>")]
    [InlineData("", false, "<a><think>\n\n</think>\n\n")]
    [InlineData("<think>\n", true, "<a>")]
    [InlineData("<think>\n", false, "<a><think>\n\n</think>\n\n")]
    [InlineData("{% if not enable_thinking %}<think>\n\n</think>\n{% endif %}", false, "<a><think>\n\n</think>\n")]
    public void Answer_opens_its_thoughts_itself_or_finds_them_empty(string end, bool thinking, string expected) =>
        Text(Model(Plain + end, thinks: true), null, thinking, new ChatMessage(ChatRole.User, "U <think>")).ShouldBe($"<u>U <think><e>{expected}");

    [Fact]
    public void Template_for_functions_is_used_for_them_alone()
    {
        ChatTemplate template = ChatTemplate.Parse(new(Plain, Tools, null, null), "fake", TimeProvider.System);
        FakeLanguageModel model = new() { OwnTemplate = template };
        Text(model, null, false, new ChatMessage(ChatRole.User, "U")).ShouldBe("<u>U<e><a>");
        Text(model, _offer, false, new ChatMessage(ChatRole.User, "U")).ShouldContain("<user>U<e>");
    }

    [Fact]
    public void Texts_of_the_tokens_around_are_the_models() =>
        Text(new() { OwnTemplate = ChatTemplate.Parse(new("{{ bos_token }}" + Plain + "{{ eos_token }}", null, "<s>", "<e>"), "fake", TimeProvider.System) }, null, false, new ChatMessage(ChatRole.User, "U"))
            .ShouldBe("<s><u>U<e><a><e>");

    [Fact]
    public void Template_that_is_none_is_refused_with_what_to_do()
    {
        ModelLoadException error = Should.Throw<ModelLoadException>(() => ChatTemplate.Parse(new("{% if %}", null, null, null), "fake", TimeProvider.System));
        error.Message.ShouldContain("The chat template of fake cannot be read: line 1:");
        error.Remedy.ShouldContain("known family");
    }

    private static FakeLanguageModel Model(string template, bool thinks = false)
    {
        ChatTemplate own = ChatTemplate.Parse(new(template, null, null, null), "fake", TimeProvider.System);
        FakeLanguageModel model = new() { OwnTemplate = own };
        return new() { OwnTemplate = own, Info = model.Info with { Thinks = thinks } };
    }

    private static TokenizedChat Tokenize(ILanguageModel model, params ChatMessage[] messages) =>
        new ChatTokenizer(model).Tokenize(messages, [], null, false, CancellationToken.None);

    private static string Text(FakeLanguageModel model, ToolOffer? tools, bool thinking, params ChatMessage[] messages) =>
        string.Concat(new OwnPrompt(model.OwnTemplate!, model.Info).Render(messages, tools, thinking, CancellationToken.None).Select(part => part.Text));
}
