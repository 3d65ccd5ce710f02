using System.Text;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.EndToEnd.Tests.OpenAi;

/// <summary>The npm package <c>openai</c> as it is published, against API and workers as processes and RabbitMQ between them.</summary>
[Collection(nameof(OpenAiServers))]
public sealed class OpenAiClientTests(OpenAiServers servers)
{
    [Fact]
    public async Task The_client_of_OpenAI_streams_chats_gets_JSON_vectors_and_errors()
    {
        var got = await NodeScript.RunAsync("client.cjs", servers.Address);

        var whole = got.GetProperty("whole");
        var text = whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
        text.ShouldNotBeNullOrEmpty();
        whole.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(24);

        var logprobs = whole.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").EnumerateArray().ToArray();
        logprobs.Length.ShouldBe(24);
        Encoding.UTF8.GetString([.. logprobs.SelectMany(token => token.GetProperty("bytes").EnumerateArray().Select(value => value.GetByte()))]).ShouldBe(text);
        logprobs.ShouldAllBe(token => token.GetProperty("top_logprobs")[0].GetProperty("logprob").GetDouble() == token.GetProperty("logprob").GetDouble());

        var streamed = got.GetProperty("streamed");
        using var http = new HttpClient { BaseAddress = new(servers.Address) };
        var job = await JobAsync(http, streamed.GetProperty("id"));
        streamed.GetProperty("text").GetString().ShouldBe(job.GetProperty("result").GetProperty("content").GetString());
        streamed.GetProperty("pieces").GetInt32().ShouldBeGreaterThan(1);
        streamed.GetProperty("finish").GetString().ShouldBe("length");
        streamed.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(240);

        var json = got.GetProperty("json");
        json.GetProperty("city").ValueKind.ShouldBe(JsonValueKind.String);
        (json.GetProperty("capital").ValueKind is JsonValueKind.True or JsonValueKind.False).ShouldBeTrue();

        var (bytes, numbers) = (Vectors(got.GetProperty("bytes")), Vectors(got.GetProperty("numbers")));
        bytes.Length.ShouldBe(2);
        bytes[0].Zip(numbers[0]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-4);
        Math.Sqrt(numbers[1].Sum(number => (double)number * number)).ShouldBe(1, 1e-3);
        var cut = Vectors(got.GetProperty("short"))[1];
        var scale = cut[0] / numbers[1][0];
        cut.ShouldBe(numbers[1].Take(64).Select(number => number * scale), tolerance: 1e-4f);

        got.GetProperty("models").EnumerateArray().Select(model => model.GetString()).ShouldContain("chat");
        Error(got, "unknownModel").ShouldBe(("NotFoundError", 404, "model_not_found", "model"));
        Error(got, "badValue").ShouldBe(("BadRequestError", 400, "invalid_input", "temperature"));
        Error(got, "badSchema").ShouldBe(("BadRequestError", 400, "invalid_input", "response_format.json_schema.schema"));

        Error(got, "badStream").ShouldBe(("BadRequestError", 400, "invalid_input", "response_format.json_schema.schema"));
        Error(got, "tooLong").ShouldBe(("BadRequestError", 400, "context_length_exceeded", "messages"));
        ShouldHaveCalled(got.GetProperty("tools"));
        got.GetProperty("plain").GetProperty("finish_reason").GetString().ShouldBe("length");

        await Eventually.TrueAsync(async () => (await JobAsync(http, got.GetProperty("left"))).GetProperty("state").GetString() is "canceled");
    }

    private static void ShouldHaveCalled(JsonElement tools)
    {
        tools.GetProperty("finish").GetString().ShouldBe("tool_calls");
        tools.GetProperty("calls").EnumerateArray().ShouldAllBe(call =>
            call[0].GetString() == "get_weather" && call[1].GetProperty("days").GetInt32() >= 1 && call[1].GetProperty("days").GetInt32() <= 9);
        tools.GetProperty("again").ValueKind.ShouldBe(JsonValueKind.String);
        var streamed = tools.GetProperty("streamed");
        streamed.GetProperty("finish").GetString().ShouldBe("tool_calls");
        streamed.GetProperty("names").EnumerateArray().Select(name => name.GetString()).ShouldBe(["get_weather"]);
        (JsonElement.Parse(streamed.GetProperty("arguments")[0].GetString()!).GetProperty("city").GetString() is "Seoul" or "Busan").ShouldBeTrue();
    }

    private static async Task<JsonElement> JobAsync(HttpClient http, JsonElement completionId) =>
        JsonElement.Parse(await http.GetByteArrayAsync($"/api/jobs/{completionId.GetString()!["chatcmpl-".Length..]}"));

    private static float[][] Vectors(JsonElement vectors) =>
        [.. vectors.EnumerateArray().Select(vector => vector.EnumerateArray().Select(number => number.GetSingle()).ToArray())];

    private static (string?, int, string?, string?) Error(JsonElement got, string name)
    {
        var error = got.GetProperty(name);
        return (error.GetProperty("name").GetString(), error.GetProperty("status").GetInt32(), error.GetProperty("code").GetString(), error.GetProperty("param").GetString());
    }
}
