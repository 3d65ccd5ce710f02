using Microsoft.Extensions.AI;
using Pipeline.Bench.Models;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>llama.cpp recognises a template by what is characteristic of it, so that is all these have.</summary>
public sealed class ChatTemplateTests : IDisposable
{
    private const string Llama3 = "<|start_header_id|>{{ role }}<|end_header_id|>{{ content }}<|eot_id|>";
    private const string Mistral = "[INST]{{ content }}[/INST]";
    private const string Gemma = "<start_of_turn>{{ role }}{{ content }}<end_of_turn>";
    private const string Qwen3 = "<|im_start|>{{ role }}{{ content }}<|im_end|>{% if not enable_thinking %}<think></think>{% endif %}";

    private static readonly ChatMessage[] _conversation =
    [
        new(ChatRole.System, "Be brief."), new(ChatRole.User, "안녕?"), new(ChatRole.Assistant, "Hello."), new(ChatRole.User, "끝났어?"),
    ];

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"pipeline-{Guid.CreateVersion7()}.gguf");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(Llama3, "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>", "<|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData(Mistral, "Be brief.", "[/INST]")]
    [InlineData(Gemma, "<start_of_turn>user\nBe brief.", "<start_of_turn>model\n")]
    [InlineData(Qwen3, "<|im_start|>system\nBe brief.<|im_end|>", "<|im_start|>assistant\n")]
    public void Families_are_recognised_and_keep_every_message(string template, string system, string header)
    {
        using ILanguageModel model = Load(template);
        string prompt = Prompt(model, thinking: true);
        prompt.ShouldContain(system);
        prompt.ShouldEndWith(header);
        int[] at = [.. _conversation.Select(message => prompt.IndexOf(message.Text, StringComparison.Ordinal))];
        at.ShouldBeInOrder();
        at[0].ShouldBeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public void Reasoning_model_is_given_an_empty_block_of_thoughts_unless_it_shall_think()
    {
        using ILanguageModel model = Load(Qwen3);
        model.Info.Thinks.ShouldBeTrue();
        Prompt(model, thinking: false).ShouldEndWith("<|im_start|>assistant\n<think>\n\n</think>\n\n");
        Prompt(model, thinking: true).ShouldEndWith("<|im_start|>assistant\n");
    }

    [Fact]
    public async Task Template_that_llama_cpp_does_not_know_renders_the_prompts_itself()
    {
        const string Unknown = "{% for m in messages %}{{ '<<' + m.role + '>>' + m.content + '<|im_end|>' }}{% endfor %}{% if add_generation_prompt %}<<assistant>>{% endif %}";
        using (ILanguageModel model = Load(Unknown))
        {
            model.OwnTemplate.ShouldNotBeNull();
            Prompt(model, thinking: false).ShouldEndWith(
                "<<system>>Be brief.<|im_end|><<user>>안녕?<|im_end|><<assistant>>Hello.<|im_end|><<user>>끝났어?<|im_end|><<assistant>>");
        }

        await using LocalModel engine = await TestEngine.LoadAsync(modelPath: _path);
        ChatResponse response = await engine.Chat.GetResponseAsync(_conversation, new() { MaxOutputTokens = 4 }, TestContext.Current.CancellationToken);
        response.Usage!.OutputTokenCount.ShouldBe(4);
    }

    [Fact]
    public async Task Conversation_that_the_template_refuses_is_refused_and_others_are_answered()
    {
        using (Load("{% for m in messages %}{{ m.content }}{% if m.role == 'assistant' %}{{ raise_exception('Ask once.') }}{% endif %}{% endfor %}"))
        {
        }

        await using LocalModel engine = await TestEngine.LoadAsync(modelPath: _path);
        (await Should.ThrowAsync<PromptRefusedException>(engine.Chat.GetResponseAsync(_conversation, null, TestContext.Current.CancellationToken))).Message.ShouldEndWith("Ask once.");
        (await engine.Chat.GetResponseAsync(_conversation[..2], new() { MaxOutputTokens = 2 }, TestContext.Current.CancellationToken)).Usage!.OutputTokenCount.ShouldBe(2);
    }

    [Fact]
    public void Template_that_is_none_still_loads_and_is_refused_with_its_fault()
    {
        using ILanguageModel model = Load("{% for m in messages %}{{ m.content }}");
        ModelLoadException error = Should.Throw<ModelLoadException>(() => Prompt(model, thinking: false));
        error.Problem.ShouldContain("{% endfor %} is missing");
        error.Remedy.ShouldContain("known family");
        model.TokenizeInput("a").ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("arguments", "<tool_call>", "</tool_call>", ToolStyle.Tagged)]
    [InlineData("parameters", "", "", ToolStyle.Bare)]
    public void Template_that_llama_cpp_knows_without_its_functions_writes_those_itself(string arguments, string open, string close, ToolStyle style)
    {
        string template = "{% if tools %}<|im_start|>own tools: {{ tools | tojson }}<|im_end|>{% endif %}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}"
            + $"{{% for c in m.tool_calls or [] %}}{open}{{{{ '{{\"name\": \"' }}}}{{{{ c.function.name }}}}{{{{ '\", \"{arguments}\": ' }}}}{{{{ c.function.arguments | tojson }}}}{{{{ '}}' }}}}{close}{{% endfor %}}"
            + "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
        using ILanguageModel model = Load(template);

        (model.OwnTemplate, model.ToolTemplate?.Tools, model.Info.Tools).ShouldBe((null, style, style));
        ToolOffer offer = ToolOffer.Read(new() { Tools = [AIFunctionFactory.Create((string city) => city, "weather", "Tells the weather.")] })!;
        Prompt(model, thinking: false, offer).ShouldContain("own tools: [{\"type\": \"function\"");
        Prompt(model, thinking: false).ShouldStartWith("<|im_start|>system\nBe brief.<|im_end|>");
    }

    [Theory]
    [InlineData("<|start_header_id|>{{ role }}<|end_header_id|>{{ content }}<|eot_id|>{# ipython #}", ToolStyle.Bare)]
    [InlineData(Llama3, ToolStyle.Tagged)]
    public void Template_that_does_not_write_functions_tells_their_form_by_its_words(string template, ToolStyle style)
    {
        using ILanguageModel model = Load(template);

        (model.ToolTemplate, model.Info.Tools).ShouldBe((null, style));
    }

    private ILanguageModel Load(string template)
    {
        ModelWriter.Write(new() { Preset = ModelPreset.Tiny, ChatTemplate = template }, _path, TestContext.Current.CancellationToken);
        return TestEngine.Loader.Load(_path, new());
    }

    /// <summary>The text of the tokens, those of control tokens included.</summary>
    private static string Prompt(ILanguageModel model, bool thinking, ToolOffer? tools = null)
    {
        Dictionary<int, string> control = model.ControlTokens.ToDictionary(token => token.Id, token => token.Text);
        int[] tokens = new ChatTokenizer(model).Tokenize(_conversation, [], tools, thinking, CancellationToken.None).Tokens;
        return System.Text.Encoding.UTF8.GetString([.. tokens.SelectMany(token =>
            control.TryGetValue(token, out string? text) ? System.Text.Encoding.UTF8.GetBytes(text) : model.GetTokenBytes(token))]);
    }
}
