using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.OpenAi;

public sealed class ToolTests(LocalApi api)
{
    private const string Weather = """{"type":"function","function":{"name":"get_weather","description":"Weather of a city.","strict":true,"parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}""";
    private const string Time = """{"type":"function","function":{"name":"get_time"}}""";

    [Fact]
    public async Task Calls_are_answered_in_OpenAIs_shape()
    {
        var answer = await api.Client.PostAsync("/v1/chat/completions", Chat("call Seoul", $"\"tools\":[{Weather},{Time}]"));

        answer.Status.ShouldBe(200, answer.Json.ToString());
        var choice = answer.Json.GetProperty("choices")[0];
        choice.GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
        choice.GetProperty("message").GetProperty("content").GetString().ShouldBe("Let me see.");
        choice.GetProperty("message").GetProperty("tool_calls")[1].ToString().ShouldBe(
            """{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Seoul\"}"}}""");
    }

    [Fact]
    public async Task Calls_stream_as_a_head_and_pieces_of_arguments()
    {
        await using var stream = await api.Client.OpenAsync(HttpMethod.Post, "/v1/chat/completions", Chat("call Seoul", $"\"tools\":[{Weather}],\"stream\":true"));

        var deltas = (await stream.RestAsync()).SkipLast(1).Select(item => JsonElement.Parse(item.Data).GetProperty("choices")[0]).ToList();

        string.Concat(deltas.Select(delta => Text(delta.GetProperty("delta"), "content"))).ShouldBe("Let me see.");
        var pieces = deltas.Where(delta => delta.GetProperty("delta").TryGetProperty("tool_calls", out _)).Select(delta => delta.GetProperty("delta").GetProperty("tool_calls")[0]).ToList();
        foreach (var index in (int[])[0, 1])
        {
            var call = pieces.Where(piece => piece.GetProperty("index").GetInt32() == index).ToList();
            (Text(call[0], "id"), Text(call[0], "type"), Text(call[0].GetProperty("function"), "name")).ShouldBe(($"call_{index}", "function", "get_weather"));
            string.Concat(call.Select(piece => Text(piece.GetProperty("function"), "arguments"))).ShouldBe("""{"city":"Seoul"}""");
            call.Skip(1).Any(piece => Text(piece, "id") is not null).ShouldBeFalse();
        }

        deltas[^1].GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
    }

    [Theory]
    [InlineData("\"auto\"", "auto", 2)]
    [InlineData("\"none\"", "none", 2)]
    [InlineData("\"required\"", "required", 2)]
    [InlineData("""{"type":"function","function":{"name":"get_time"}}""", "required", 1)]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"get_time"}}]}}""", "auto", 1)]
    public async Task A_choice_among_functions_reaches_the_model(string choice, string word, int tools)
    {
        var text = $"say {Guid.CreateVersion7():n}";
        (await api.Client.PostAsync("/v1/chat/completions", Chat(text, $"\"tools\":[{Weather},{Time}],\"tool_choice\":{choice},\"parallel_tool_calls\":false"))).Status.ShouldBe(200);

        var job = api.Host.Chat.Jobs.Single(job => job.Messages[^1].Content == text);
        (job.ToolChoice, job.Tools!.Count, job.ParallelToolCalls).ShouldBe((word, tools, false));
    }

    [Fact]
    public async Task The_own_API_has_functions_too()
    {
        var answer = await api.Client.PostAsync(
            "/api/chat/completions", """{"messages":[{"role":"user","content":"call Busan"}],"tools":[{"name":"w","parameters":{"type":"object"}}]}""", ("Prefer", "wait=10"));

        var result = answer.Json.GetProperty("result");
        (Text(result, "finish_reason"), Text(result.GetProperty("tool_calls")[0], "arguments")).ShouldBe(("tool_calls", """{"city":"Busan"}"""));
    }

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string Chat(string text, string more) => $$"""{"model":"chat","messages":[{"role":"user","content":"{{text}}"}],{{more}}}""";
}
