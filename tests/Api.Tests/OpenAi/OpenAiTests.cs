using System.Runtime.InteropServices;
using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.OpenAi;

/// <summary>What OpenAI's own client does not show; tests/EndToEnd.Tests runs that one.</summary>
public sealed class OpenAiTests(LocalApi api)
{
    [Fact]
    public async Task Chunks_end_with_the_reason_the_usage_and_done()
    {
        await using var stream = await api.Client.OpenAsync(
            HttpMethod.Post, "/v1/chat/completions", Chat("say two", ""","stream":true,"stream_options":{"include_usage":true}"""));

        var items = await stream.RestAsync();

        items[^1].Data.ShouldBe("[DONE]");
        var chunks = items.SkipLast(1).Select(item => JsonElement.Parse(item.Data)).ToList();
        chunks.ShouldAllBe(chunk => chunk.GetProperty("object").GetString() == "chat.completion.chunk");
        chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString().ShouldBe("assistant");
        chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("stop");
        chunks[^1].GetProperty("choices").GetArrayLength().ShouldBe(0);
        chunks[^1].GetProperty("usage").ToString().ShouldBe(
            """{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9,"prompt_tokens_details":{"cached_tokens":2}}""");
        TextOf(chunks).ShouldBe("say two");
    }

    [Fact]
    public async Task An_attempt_that_says_the_same_goes_on_where_the_first_one_was()
    {
        var text = $"falter {Guid.CreateVersion7()}";
        await using var stream = await api.Client.OpenAsync(HttpMethod.Post, "/v1/chat/completions", Chat(text, ""","stream":true"""));
        await stream.NextAsync();
        api.Host.Chat.Release(text);

        var rest = await stream.RestAsync();

        TextOf(rest.SkipLast(1).Select(item => JsonElement.Parse(item.Data))).ShouldBe(text["falter".Length..]);
    }

    [Fact]
    public async Task An_attempt_that_says_something_else_is_an_error_and_no_mixture()
    {
        var text = $"other {Guid.CreateVersion7()}";
        await using var stream = await api.Client.OpenAsync(HttpMethod.Post, "/v1/chat/completions", Chat(text, ""","stream":true"""));
        await stream.NextAsync();
        api.Host.Chat.Release(text);

        var rest = await stream.RestAsync();

        rest.Count.ShouldBe(2);
        JsonElement.Parse(rest[0].Data).GetProperty("error").GetProperty("message").GetString()!.ShouldContain("says something else now");
        rest[1].Data.ShouldBe("[DONE]");
    }

    [Fact]
    public async Task A_rejected_job_is_the_requests_fault_streamed_or_not()
    {
        var whole = await api.Client.PostAsync("/v1/chat/completions", Chat("reject this"));
        (whole.Status, Error(whole, "code"), Error(whole, "message")).ShouldBe((400, "job_rejected", "The script says so."));

        var streamed = await api.Client.PostAsync("/v1/chat/completions", Chat("reject this", ""","stream":true"""));
        (streamed.Status, Error(streamed, "code"), Error(streamed, "message")).ShouldBe((400, "job_rejected", "The script says so."));
    }

    [Theory]
    [InlineData("""{"model":"gpt-4o","messages":[{"role":"user","content":"a"}]}""", 404, "model_not_found", "model")]
    [InlineData("""{"model":"chat"}""", 400, "invalid_input", "messages")]
    [InlineData("""{"model":"chat","messages":[]}""", 400, "invalid_input", "messages")]
    [InlineData("""{"model":"chat","messages":[{"role":"critic","content":"a"}]}""", 400, "invalid_input", "messages[0].role")]
    [InlineData("""{"model":"chat","messages":[{"role":"tool","content":"a"}]}""", 400, "invalid_input", "messages[0].tool_call_id")]
    [InlineData("""{"model":"chat","messages":[{"role":"user"}]}""", 400, "invalid_input", "messages[0].content")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a","refusal":null,"mood":"sad"}]}""", 400, "invalid_input", "messages[0].mood")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":[{"type":"image_url"}]}]}""", 400, "invalid_input", "messages[0].content[0]")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"temperature":9}""", 400, "invalid_input", "temperature")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"max_completion_tokens":0}""", 400, "invalid_input", "max_completion_tokens")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"max_tokens":1.5}""", 400, "invalid_input", "max_tokens")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"n":2}""", 400, "invalid_input", "n")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"stop":["a","b","c","d","e"]}""", 400, "invalid_input", "stop")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"tools":[{"type":"web_search"}]}""", 400, "invalid_input", "tools[0]")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"a b"}}]}""", 400, "invalid_input", "tools[0].function.name")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{}}]}""", 400, "invalid_input", "tools[0].function.name")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{}}]}]}""", 400, "invalid_input", "messages[1].tool_calls[0].function.name")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"a","parameters":{"type":"?"}}}]}""", 400, "invalid_input", "tools[0].function.parameters")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"tool_choice":"required"}""", 400, "invalid_input", "tool_choice")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"tool_choice":{"type":"function","function":{"name":"b"}}}""", 400, "invalid_input", "tool_choice.function.name")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"logit_bias":{"17":-100}}""", 400, "invalid_input", "logit_bias")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"modalities":["text","audio"]}""", 400, "invalid_input", "modalities")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"functions":[{"name":"a"}]}""", 400, "invalid_input", "functions")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"top_k":4}""", 400, "invalid_input", "top_k")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema","json_schema":{"name":"x"}}}""", 400, "invalid_input", "response_format.json_schema.schema")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema"}}""", 400, "invalid_input", "response_format.json_schema")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"response_format":{"type":"xml"}}""", 400, "invalid_input", "response_format.type")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"stream_options":[]}""", 400, "invalid_input", "stream_options")]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"a"}],"logprobs":true,"top_logprobs":21}""", 400, "invalid_input", "top_logprobs")]
    [InlineData("""[]""", 400, "invalid_input", "body")]
    [InlineData("""{""", 400, "not_json", "body")]
    public async Task What_is_wrong_is_told_in_OpenAIs_shape(string body, int status, string code, string param)
    {
        var answer = await api.Client.PostAsync("/v1/chat/completions", body);

        (answer.Status, Error(answer, "type"), Error(answer, "code"), Error(answer, "param")).ShouldBe((status, "invalid_request_error", code, param));
        Error(answer, "message").ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task What_a_client_wishes_reaches_the_model()
    {
        await api.Client.PostAsync("/v1/chat/completions", """
            {"model":"chat","messages":[{"role":"developer","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"one "},{"type":"text","text":"wish"}]}],
             "temperature":0,"top_p":0.5,"seed":7,"stop":"end","presence_penalty":1,"frequency_penalty":-1,"max_tokens":3,"user":"someone",
             "response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"boolean"}}}}
            """);

        var job = api.Host.Chat.Jobs.Single(job => job.Messages[^1].Content == "one wish");
        job.Messages[0].ShouldBe(new("system", "Be brief."));
        (job.Temperature, job.TopP, job.Seed, job.MaxTokens).ShouldBe((0, 0.5, 7, 3));
        (job.PresencePenalty, job.FrequencyPenalty, job.Stop!.Single()).ShouldBe((1, -1, "end"));
        job.Schema.ToString().ShouldBe("""{"type":"boolean"}""");
    }

    [Theory]
    [InlineData("float")]
    [InlineData("base64")]
    public async Task Vectors_come_as_numbers_or_bytes_in_the_order_of_the_texts(string format)
    {
        var texts = Enumerable.Range(1, 100).Select(length => new string('a', length)); // More than one job takes.
        var answer = await api.Client.PostAsync("/v1/embeddings", $$"""{"model":"embedding","input":{{JsonSerializer.Serialize(texts)}},"encoding_format":"{{format}}"}""");

        answer.Status.ShouldBe(200, answer.Json.ToString());
        var entries = answer.Json.GetProperty("data").EnumerateArray().ToList();
        entries.Select(entry => entry.GetProperty("index").GetInt32()).ShouldBe(Enumerable.Range(0, 100));
        entries.Select(entry => Vector(entry.GetProperty("embedding"))[0]).ShouldBe(Enumerable.Range(1, 100).Select(length => (float)length));
        answer.Json.GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(100);
    }

    [Theory]
    [InlineData(2_048, 200)]
    [InlineData(2_049, 400)]
    public async Task As_many_texts_come_as_OpenAI_takes(int texts, int status)
    {
        var answer = await api.Client.PostAsync("/v1/embeddings", $$"""{"model":"embedding","input":{{JsonSerializer.Serialize(Enumerable.Repeat("a", texts))}}}""");

        answer.Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("""{"model":"embedding","input":[]}""", "input")]
    [InlineData("""{"model":"embedding","input":[1,"a"]}""", "input")]
    [InlineData("""{"model":"embedding","input":[[1,-2]]}""", "input")]
    [InlineData("""{"model":"embedding","input":""}""", "input")]
    [InlineData("""{"model":"embedding","input":["a"," "]}""", "input[1]")]
    [InlineData("""{"model":"embedding","input":"a","encoding_format":"int8"}""", "encoding_format")]
    [InlineData("""{"model":"embedding","input":"a","dimensions":0}""", "dimensions")]
    [InlineData("""{"model":"chat","input":"a"}""", "model")]
    public async Task Bad_texts_are_named(string body, string param) =>
        Error(await api.Client.PostAsync("/v1/embeddings", body), "param").ShouldBe(param);

    [Fact]
    public async Task While_no_key_exists_any_is_as_good_as_none()
    {
        using var client = api.Host.Client("sk-whatever");

        (await client.GetAsync("/v1/models")).Status.ShouldBe(200);
        (await client.GetAsync("/api/jobs")).ShouldBeProblem(401, "unauthorized");
    }

    [Fact]
    public async Task Models_can_be_listed_and_found()
    {
        (await api.Client.GetAsync("/v1/models")).Json.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString())
            .ShouldBe(["chat", "embedding"]);
        (await api.Client.GetAsync("/v1/models/chat")).Json.GetProperty("object").GetString().ShouldBe("model");
        (await api.Client.GetAsync("/v1/models/gpt-4o")).Status.ShouldBe(404);
        Error(await api.Client.GetAsync("/v1/nothing"), "code").ShouldBe("route_not_found");
    }

    private static string Chat(string text, string more = "") => $$"""{"model":"chat","messages":[{"role":"user","content":"{{text}}"}]{{more}}}""";

    private static string? Error(Answer answer, string name) => answer.Json.GetProperty("error").GetProperty(name).GetString();

    private static float[] Vector(JsonElement embedding) => embedding.ValueKind is JsonValueKind.String
        ? MemoryMarshal.Cast<byte, float>(embedding.GetBytesFromBase64()).ToArray()
        : [.. embedding.EnumerateArray().Select(number => number.GetSingle())];

    private static string TextOf(IEnumerable<JsonElement> chunks) => string.Concat(
        from chunk in chunks
        from choice in chunk.GetProperty("choices").EnumerateArray()
        where choice.GetProperty("delta").TryGetProperty("content", out _)
        select choice.GetProperty("delta").GetProperty("content").GetString());
}
