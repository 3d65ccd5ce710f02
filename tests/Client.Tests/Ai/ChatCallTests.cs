using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Client.Ai;
using Pipeline.Client.Tests.Wire;

namespace Pipeline.Client.Tests.Ai;

/// <summary>Functions over the abstraction, with a server whose answers the test writes and with the real one.</summary>
public sealed class ChatCallTests(PipelineServer server) : IDisposable
{
    private const string Id = "019a9c1e-7f00-7000-8000-000000000000";
    private const string Calls = """{"content":"Let me see.","finish_reason":"tool_calls","tool_calls":[{"id":"c1","name":"get_weather","arguments":"{\"city\":\"Seoul\"}"},{"id":"c2","name":"get_weather","arguments":"{\"city\":\"Busan\"}"}],"model":"m","usage":{"prompt_tokens":7,"cached_tokens":0,"completion_tokens":9},"timings":{"queue_ms":0,"total_ms":1}}""";
    private const string Answer = """{"content":"Sunny.","finish_reason":"stop","model":"m","usage":{"prompt_tokens":7,"cached_tokens":0,"completion_tokens":2},"timings":{"queue_ms":0,"total_ms":1}}""";

    private readonly ScriptedServer _server = new();
    private readonly List<string> _asked = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Functions_are_called_here_and_their_results_sent_back()
    {
        _server.Then(202, Job("queued")).Then(200, Job("succeeded", Calls)).Then(202, Job("queued")).Then(200, Job("succeeded", Answer));
        using var chat = Invoking(_server.Connect(new()));

        var response = await chat.GetResponseAsync(
            [new(ChatRole.User, "Weather?")], new() { Tools = [Weather()], ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = true }, Cancellation);

        (response.Text.ReplaceLineEndings("\n"), response.FinishReason).ShouldBe(("Let me see.\nSunny.", ChatFinishReason.Stop));
        _asked.ShouldBe(["Seoul", "Busan"]);
        var inputs = _server.Requests.Where(request => request.Method == HttpMethod.Post).Select(request => JsonElement.Parse(request.Body).GetProperty("input")).ToList();
        (inputs[0].GetProperty("tool_choice").GetString(), inputs[0].GetProperty("parallel_tool_calls").GetBoolean()).ShouldBe(("required", true));
        var tool = inputs[0].GetProperty("tools")[0];
        (tool.GetProperty("name").GetString(), tool.GetProperty("description").GetString()).ShouldBe(("get_weather", "Tells the weather."));
        tool.GetProperty("parameters").GetProperty("properties").GetProperty("city").GetProperty("type").GetString().ShouldBe("string");
        inputs[1].TryGetProperty("tool_choice", out _).ShouldBeFalse();
        var messages = JsonElement.Parse(
            """[{"role":"user","content":"Weather?"},{"role":"assistant","content":"Let me see.","tool_calls":[{"id":"c1","name":"get_weather","arguments":"{\"city\":\"Seoul\"}"},{"id":"c2","name":"get_weather","arguments":"{\"city\":\"Busan\"}"}]},{"role":"tool","content":"sunny in Seoul","tool_call_id":"c1"},{"role":"tool","content":"sunny in Busan","tool_call_id":"c2"}]""");
        JsonElement.DeepEquals(inputs[1].GetProperty("messages"), messages).ShouldBeTrue(inputs[1].ToString());
    }

    [Fact]
    public async Task Calls_of_a_stream_come_whole_behind_its_text()
    {
        string[] events =
        [
            Event("tokens", """{"attempt":1,"offset":0,"text":"Let me "}"""),
            Event("tokens", """{"attempt":1,"offset":7,"text":"see.\u001e[\"c1\",\"get_"}"""),
            Event("tokens", """{"attempt":1,"offset":23,"text":"weather\"]\u001f{\"city\":\"Seoul\"}"}"""),
            Event("end", Job("succeeded", Calls)),
        ];
        _server.Then(200, string.Concat(events), "text/event-stream", ("Location", $"/api/jobs/{Id}"));
        using var client = _server.Connect(new());
        using var chat = client.AsChatClient(JobOptions.Default);

        List<ChatResponseUpdate> updates = [];
        await foreach (var update in chat.GetStreamingResponseAsync([new(ChatRole.User, "Weather?")], new() { Tools = [Weather()] }, Cancellation))
        {
            updates.Add(update);
        }

        updates.Select(update => update.Text).Where(text => text.Length > 0).ShouldBe(["Let me ", "see."]);
        updates[^1].FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
        var calls = updates.SelectMany(update => update.Contents.OfType<FunctionCallContent>()).ToList();
        calls.Select(call => (call.CallId, call.Name, call.Arguments!["city"]!.ToString())).ShouldBe([("c1", "get_weather", "Seoul"), ("c2", "get_weather", "Busan")]);
    }

    [Fact]
    public async Task Whoever_names_a_function_offers_that_one_alone()
    {
        _server.Then(202, Job("queued")).Then(200, Job("succeeded", Answer));
        using var client = _server.Connect(new());
        using var chat = client.AsChatClient(JobOptions.Default);
        var other = AIFunctionFactory.CreateDeclaration("now", "", JsonElement.Parse("""{"type":"object"}"""));

        await chat.GetResponseAsync([new(ChatRole.User, "a")], new() { Tools = [Weather(), other], ToolMode = ChatToolMode.RequireSpecific("now") }, Cancellation);

        var input = JsonElement.Parse(_server.Requests[0].Body).GetProperty("input");
        (input.GetProperty("tool_choice").GetString(), input.GetProperty("tools").GetArrayLength(), input.GetProperty("tools")[0].GetProperty("name").GetString()).ShouldBe(("required", 1, "now"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_real_model_calls_what_it_is_offered(bool streamed)
    {
        using var chat = Invoking(server.Client);
        // The model that ships is small; what it must do is what the grammar holds it to.
        var options = new ChatOptions { Tools = [Weather()], ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = false, MaxOutputTokens = 200, Seed = 7 };

        var response = streamed
            ? await chat.GetStreamingResponseAsync([new(ChatRole.User, "Weather in Seoul?")], options, Cancellation).ToChatResponseAsync(Cancellation)
            : await chat.GetResponseAsync([new(ChatRole.User, "Weather in Seoul?")], options, Cancellation);

        _asked.ShouldNotBeEmpty();
        response.Messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>().First().Result!.ToString().ShouldBe($"sunny in {_asked[0]}");
    }

    private AIFunction Weather() => AIFunctionFactory.Create(
        ([AllowedValues("Seoul", "Busan")] string city) =>
        {
            _asked.Add(city);
            return $"sunny in {city}";
        },
        "get_weather",
        "Tells the weather.");

    private static IChatClient Invoking(PipelineClient client) => client.AsChatClient(JobOptions.Default).AsBuilder()
        .UseFunctionInvocation(configure: invocation => invocation.MaximumIterationsPerRequest = 1).Build();

    private static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";

    private static string Job(string state, string? result = null) =>
        $$"""{"id":"{{Id}}","kind":"chat","state":"{{state}}"{{(result is null ? "" : $",\"result\":{result}")}}}""";
}
