using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.OpenAi;

/// <summary>What real clients send, and other servers take.</summary>
public sealed class LenientTests(LocalApi api)
{
    private const string Question = """{"role":"user","content":"b"}""";

    [Theory]
    [InlineData("""{"role":"assistant","content":"hello","refusal":null}""", "hello")]
    [InlineData("""{"role":"assistant","content":"hello","annotations":[],"reasoning_content":"hm","audio":null,"function_call":null}""", "hello")]
    [InlineData("""{"role":"assistant","content":[{"type":"text","text":"hel"},{"type":"output_text","text":"lo"}]}""", "hello")]
    [InlineData("""{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]}""", "no")]
    [InlineData("""{"role":"assistant","content":null,"refusal":"no"}""", "no")]
    [InlineData("""{"role":"assistant","content":""}""", "")]
    [InlineData("""{"role":"assistant","content":null}""", "")]
    [InlineData("""{"role":"assistant","tool_calls":[]}""", "")]
    public async Task Answers_of_any_server_come_back_as_history(string answer, string content)
    {
        var text = Unique();
        (await SendAsync($$"""{"role":"user","content":"{{text}}"},{{answer}},{{Question.Replace("\"b\"", $"\"{text}\"", StringComparison.Ordinal)}}""")).Status.ShouldBe(200);

        JobOf(text).Messages[1].ShouldBe(new("assistant", content));
    }

    [Fact]
    public async Task Calls_and_their_answers_come_back_as_history()
    {
        var text = Unique();
        var answer = await SendAsync($$$"""
            {"role":"user","content":"w?"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"w","arguments":"{\"a\":1}"}},{"id":"c2","type":"function","index":1,"function":{"name":"w","arguments":""}}]},
            {"role":"tool","tool_call_id":"c1","content":"sunny"},{"role":"tool","tool_call_id":"c2","content":"{{{text}}}"}
            """);

        answer.Status.ShouldBe(200, answer.Json.ToString());
        var messages = JobOf(text).Messages;
        messages[1].ToolCalls.ShouldBe([new("c1", "w", """{"a":1}"""), new("c2", "w", "{}")]);
        (messages[2].Role, messages[2].ToolCallId, messages[2].Content).ShouldBe(("tool", "c1", "sunny"));
    }

    [Fact]
    public async Task Later_instructions_join_the_first()
    {
        var text = Unique();
        await SendAsync($$"""{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"developer","content":"brief"},{"role":"user","content":"{{text}}"}""");

        JobOf(text).Messages.Select(message => $"{message.Role}:{message.Content}").ShouldBe(["system:s", "system:brief", "user:a", "assistant:b", $"user:{text}"]);
    }

    [Theory]
    [InlineData("\"tools\":null", "")]
    [InlineData("\"anything\":null", "")]
    [InlineData("\"tools\":[],\"tool_choice\":\"auto\",\"parallel_tool_calls\":true", "")]
    [InlineData("\"logit_bias\":{},\"modalities\":[\"text\"],\"functions\":[],\"function_call\":\"none\",\"n\":1", "")]
    [InlineData("\"service_tier\":\"auto\",\"safety_identifier\":\"u\",\"prompt_cache_key\":\"k\",\"verbosity\":\"low\",\"reasoning_effort\":\"low\"", "service_tier, prompt_cache_key, reasoning_effort, verbosity")]
    [InlineData("\"stream_options\":{},\"top_logprobs\":0", "")]
    [InlineData("\"stream_options\":{\"include_usage\":false},\"logprobs\":false", "")]
    [InlineData("\"stream_options\":{\"include_usage\":true},\"logprobs\":false,\"top_logprobs\":3,\"store\":true", "store, stream_options, top_logprobs")]
    public async Task What_asks_for_nothing_is_taken_and_hints_are_named(string fields, string ignored)
    {
        var answer = await SendAsync(Question, fields);

        answer.Status.ShouldBe(200, answer.Json.ToString());
        (answer.Headers.GetValueOrDefault("Pipeline-Ignored") ?? "").ShouldBe(ignored);
    }

    [Fact]
    public async Task More_tokens_than_there_may_be_are_cut_and_told()
    {
        var text = Unique();
        var answer = await SendAsync($$"""{"role":"user","content":"{{text}}"}""", "\"max_tokens\":8192");

        answer.Headers.GetValueOrDefault("Pipeline-Adjusted").ShouldBe("max_tokens=4096");
        JobOf(text).MaxTokens.ShouldBe(4096);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_in_the_message()
    {
        var message = (await SendAsync(Question, "\"foo\":1,\"bar\":2")).Json.GetProperty("error").GetProperty("message").GetString()!;

        message.ShouldContain("foo is not a known field.");
        message.ShouldContain("bar is not a known field.");
        message.ShouldNotContain("see errors");
    }

    [Fact]
    public async Task What_does_not_fit_the_context_is_told_as_clients_know_it()
    {
        Code(await SendAsync($$"""{"role":"user","content":"{{new string('a', 20_001)}}"}""")).ShouldBe((400, "context_length_exceeded"));
        Code(await SendAsync("""{"role":"user","content":"exceed it"}""")).ShouldBe((400, "context_length_exceeded"));
        Code(await SendAsync("""{"role":"user","content":"exceed it"}""", "\"stream\":true")).ShouldBe((400, "context_length_exceeded"));
    }

    [Fact]
    public async Task History_is_never_dropped_without_a_word()
    {
        var text = Unique();
        await SendAsync($$"""{"role":"user","content":"{{text}}"}""");

        JobOf(text).Truncation.ShouldBe("disabled");
    }

    [Fact]
    public async Task A_repeat_under_a_key_says_that_it_is_one()
    {
        var body = $$"""{"model":"chat","messages":[{"role":"user","content":"{{Unique()}}"}]}""";
        var key = ("Idempotency-Key", Unique());

        (await api.Client.PostAsync("/v1/chat/completions", body, key)).Headers.GetValueOrDefault("Idempotency-Replayed").ShouldBeNull();
        (await api.Client.PostAsync("/v1/chat/completions", body, key)).Headers.GetValueOrDefault("Idempotency-Replayed").ShouldBe("true");
    }

    [Theory]
    [InlineData("/v1/chat/completions", "\"model\":\"chat\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"say it\"}]")]
    [InlineData("/v1/completions", "\"model\":\"chat\",\"stream\":true,\"prompt\":\"say it\"")]
    [InlineData("/v1/responses", "\"model\":\"chat\",\"stream\":true,\"input\":\"say it\"")]
    [InlineData("/v1/responses", "\"model\":\"chat\",\"input\":\"say it\"")]
    [InlineData("/v1/embeddings", "\"model\":\"embedding\",\"input\":\"it\"")]
    public async Task A_repeat_is_told_on_every_path_and_in_streams(string path, string fields)
    {
        var key = ("Idempotency-Key", Unique());

        var first = await api.Client.PostAsync(path, $"{{{fields}}}", key);
        var second = await api.Client.PostAsync(path, $"{{{fields}}}", key);

        (first.Status, second.Status, first.Headers.GetValueOrDefault("Idempotency-Replayed"), second.Headers.GetValueOrDefault("Idempotency-Replayed")).ShouldBe((200, 200, null, "true"), second.Text);
    }

    [Fact]
    public async Task Every_answer_names_its_request_and_HEAD_is_GET_without_a_body()
    {
        (await api.Client.GetAsync("/v1/models")).Headers.GetValueOrDefault("x-request-id").ShouldNotBeNullOrEmpty();
        (await api.Client.GetAsync("/v1/nothing")).Headers.GetValueOrDefault("x-request-id").ShouldNotBeNullOrEmpty();

        using var http = new HttpClient { BaseAddress = api.Host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Head, "/v1/models");
        using var head = await http.SendAsync(request, TestContext.Current.CancellationToken);
        ((int)head.StatusCode, await head.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe((200, ""));
    }

    [Fact]
    public async Task Tokens_of_OpenAIs_models_are_texts_again()
    {
        var answer = await api.Client.PostAsync("/v1/embeddings", """{"model":"embedding","input":[[15339,1917],[64]]}""");

        // The scripted model's vectors begin with the length of the text.
        answer.Status.ShouldBe(200, answer.Json.ToString());
        answer.Json.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("embedding")[0].GetSingle()).ShouldBe([11f, 1f]);
    }

    [Fact]
    public async Task Every_blank_among_the_texts_is_named()
    {
        var message = (await api.Client.PostAsync("/v1/embeddings", """{"model":"embedding","input":["a",""," ","b"]}""")).Json.GetProperty("error").GetProperty("message").GetString()!;

        message.ShouldContain("input[1]");
        message.ShouldContain("input[2]");
    }

    [Fact]
    public async Task A_prompt_is_a_chat_of_one_message()
    {
        var text = $"say {Unique()}";
        var answer = await api.Client.PostAsync("/v1/completions", $$"""{"model":"chat","prompt":"{{text}}","max_tokens":3,"best_of":1,"echo":false,"logprobs":null}""");

        answer.Status.ShouldBe(200, answer.Json.ToString());
        (answer.Json.GetProperty("object").GetString(), answer.Json.GetProperty("choices")[0].GetProperty("text").GetString()).ShouldBe(("text_completion", text));

        await using var stream = await api.Client.OpenAsync(HttpMethod.Post, "/v1/completions", $$"""{"model":"chat","prompt":["{{text}}"],"stream":true}""");
        var items = await stream.RestAsync();
        string.Concat(items.SkipLast(1).Select(item => JsonElement.Parse(item.Data).GetProperty("choices")[0].GetProperty("text").GetString())).ShouldBe(text);
    }

    [Theory]
    [InlineData("\"prompt\":[\"a\",\"b\"]", "prompt")]
    [InlineData("\"prompt\":\"\"", "prompt")]
    [InlineData("\"prompt\":\"a\",\"echo\":true", "echo")]
    [InlineData("\"prompt\":\"a\",\"suffix\":\"b\"", "suffix")]
    public async Task What_a_chat_cannot_do_for_a_prompt_is_named(string fields, string param) =>
        (await api.Client.PostAsync("/v1/completions", $$"""{"model":"chat",{{fields}}}""")).Json.GetProperty("error").GetProperty("param").GetString().ShouldBe(param);

    private static string Unique() => $"t{Guid.CreateVersion7():n}";

    private static (int, string?) Code(Answer answer) => (answer.Status, answer.Json.GetProperty("error").GetProperty("code").GetString());

    private Contracts.CompleteChat JobOf(string text) => api.Host.Chat.Jobs.Single(job => job.Messages[^1].Content == text);

    private Task<Answer> SendAsync(string messages, string fields = "\"max_tokens\":8") =>
        api.Client.PostAsync("/v1/chat/completions", $$"""{"model":"chat","messages":[{{messages}}],{{fields}}}""");
}
