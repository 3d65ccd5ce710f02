using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Remote.OpenAi;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Inference.Servers;

namespace Pipeline.Inference.Remote.Tests.OpenAi;

public sealed class OpenAiParametersTests : IAsyncLifetime
{
    private static readonly ChatOptions Full = new()
    {
        Instructions = "Be brief.",
        ModelId = "another",
        Temperature = 0.5f,
        TopP = 0.25f,
        TopK = 40,
        MaxOutputTokens = 12,
        Seed = 7,
        FrequencyPenalty = 0.5f,
        PresencePenalty = 0.25f,
        StopSequences = ["끝", "END"],
        Reasoning = new() { Effort = ReasoningEffort.None },
        AdditionalProperties = new() { ["min_p"] = 0.05, ["repeat_penalty"] = 1.5 },
    };

    private OpenAiServer? _server;

    public async ValueTask InitializeAsync() => _server = await OpenAiServer.StartAsync(new ScriptedChatClient());

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    [Fact]
    public async Task Every_option_reaches_the_server_under_its_name()
    {
        JsonElement body = await SendAsync(Full, extra: true);

        body.GetProperty("model").GetString().ShouldBe("another");
        body.GetProperty("messages")[0].GetProperty("content").ToString().ShouldContain("Be brief.");
        body.GetProperty("temperature").GetDouble().ShouldBe(0.5);
        body.GetProperty("top_p").GetDouble().ShouldBe(0.25);
        body.GetProperty("seed").GetInt64().ShouldBe(7);
        body.GetProperty("frequency_penalty").GetDouble().ShouldBe(0.5);
        body.GetProperty("presence_penalty").GetDouble().ShouldBe(0.25);
        body.GetProperty("stop").EnumerateArray().Select(stop => stop.GetString()).ShouldBe(["끝", "END"]);
        body.GetProperty("max_completion_tokens").GetInt32().ShouldBe(12);
    }

    [Fact]
    public async Task What_other_servers_know_is_sent_to_them()
    {
        JsonElement body = await SendAsync(Full, extra: true);

        body.GetProperty("max_tokens").GetInt32().ShouldBe(12);
        body.GetProperty("top_k").GetInt32().ShouldBe(40);
        body.GetProperty("min_p").GetDouble().ShouldBe(0.05);
        body.GetProperty("repeat_penalty").GetDouble().ShouldBe(1.5);
        body.GetProperty("repetition_penalty").GetDouble().ShouldBe(1.5);
        body.GetProperty("chat_template_kwargs").GetProperty("enable_thinking").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task What_OpenAI_refuses_is_not_sent_where_extra_parameters_are_off()
    {
        JsonElement body = await SendAsync(Full, extra: false);

        string[] names = [.. body.EnumerateObject().Select(property => property.Name)];
        names.ShouldNotContain("top_k");
        names.ShouldNotContain("min_p");
        names.ShouldNotContain("max_tokens");
        names.ShouldNotContain("repeat_penalty");
        names.ShouldNotContain("chat_template_kwargs");
        body.GetProperty("reasoning_effort").GetString().ShouldBe("none");
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_schema_is_strict_unless_it_is_said_not_to_be(bool? strict, bool expected)
    {
        ChatOptions options = new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object","properties":{"감정":{"type":"string"}}}"""), "verdict") };
        if (strict is not null)
        {
            options.AdditionalProperties = new() { ["strict"] = strict };
        }

        JsonElement format = (await SendAsync(options, extra: true)).GetProperty("response_format");

        format.GetProperty("type").GetString().ShouldBe("json_schema");
        format.GetProperty("json_schema").GetProperty("name").GetString().ShouldBe("verdict");
        format.GetProperty("json_schema").GetProperty("strict").GetBoolean().ShouldBe(expected);
        format.GetProperty("json_schema").GetProperty("schema").GetProperty("properties").TryGetProperty("감정", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Json_without_a_schema_is_asked_for_as_such() =>
        (await SendAsync(new() { ResponseFormat = ChatResponseFormat.Json }, extra: true))
            .GetProperty("response_format").GetProperty("type").GetString().ShouldBe("json_object");

    [Fact]
    public async Task Functions_and_earlier_calls_are_passed_on()
    {
        OpenAiChatClient client = new(Endpoints.Of(_server!), TimeProvider.System);
        ChatOptions options = new()
        {
            Tools = [AIFunctionFactory.CreateDeclaration("get", "Weather.", JsonElement.Parse("""{"type":"object"}"""))],
            ToolMode = ChatToolMode.RequireAny,
            AllowMultipleToolCalls = false,
        };
        await client.GetResponseAsync(
            [
                new(ChatRole.User, "Weather?"),
                new(ChatRole.Assistant, [new FunctionCallContent("c1", "get", new Dictionary<string, object?> { ["city"] = "서울" })]),
                new(ChatRole.Tool, [new FunctionResultContent("c1", "sunny")]),
            ],
            options,
            TestContext.Current.CancellationToken);

        JsonElement sent = _server!.Requests[^1];
        sent.GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString().ShouldBe("get");
        sent.GetProperty("tool_choice").GetString().ShouldBe("required");
        sent.GetProperty("parallel_tool_calls").GetBoolean().ShouldBeFalse();
        JsonElement messages = sent.GetProperty("messages");
        JsonElement.Parse(messages[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString()!).GetProperty("city").GetString().ShouldBe("서울");
        (messages[2].GetProperty("role").GetString(), messages[2].GetProperty("tool_call_id").GetString()).ShouldBe(("tool", "c1"));
    }

    [Fact]
    public async Task What_is_not_text_is_refused_before_it_is_sent()
    {
        OpenAiChatClient client = new(Endpoints.Of(_server!), TimeProvider.System);

        await Should.ThrowAsync<NotSupportedException>(() => client.GetResponseAsync(
            [new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])], options: null, CancellationToken.None));
        await Should.ThrowAsync<ArgumentException>(() => client.GetResponseAsync([], options: null, CancellationToken.None));
        await Should.ThrowAsync<ArgumentException>(() => client.GetResponseAsync(
            "text", new() { AdditionalProperties = new() { ["a.b"] = 1 } }, CancellationToken.None));

        _server!.Requests.ShouldBeEmpty();
    }

    private async Task<JsonElement> SendAsync(ChatOptions options, bool extra)
    {
        OpenAiChatClient client = new(Endpoints.Of(_server!) with { ExtraParameters = extra }, TimeProvider.System);
        await client.GetResponseAsync("너무 무서웠어", options, TestContext.Current.CancellationToken);
        return _server!.Requests[^1];
    }
}
