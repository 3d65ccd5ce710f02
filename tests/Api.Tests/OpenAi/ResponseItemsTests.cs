using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.OpenAi;

/// <summary>What clients send of what was answered before, and which functions they offer.</summary>
public sealed class ResponseItemsTests(LocalApi api, KeyedApi keyed) : IClassFixture<KeyedApi>
{
    private const string Path = "/v1/responses";
    private const string Weather = """{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}""";
    private const string Time = """{"type":"function","name":"get_time"}""";

    private readonly string _text = $"say {Guid.CreateVersion7()}";

    [Fact]
    public async Task An_item_that_was_answered_need_not_be_sent_again()
    {
        var said = await api.Client.PostAsync(Path, """{"model":"chat","input":"say hello"}""");
        var called = await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"call Seoul","tools":[{{Weather}}]}""");
        var (message, calls) = (Output(said)[0], Output(called));

        var next = await api.Client.PostAsync(Path, $$"""
            {"model":"chat","input":[{"role":"user","content":"hi"},{"type":"item_reference","id":"{{Id(message)}}"},{"role":"user","content":"and the weather?"},
             {"id":"{{Id(calls[0])}}"},{"type":"item_reference","id":"{{Id(calls[1])}}"},{"type":"item_reference","id":"{{Id(calls[2])}}"},
             {"type":"function_call_output","call_id":"call_0","output":"sunny"},{"type":"function_call_output","call_id":"call_1","output":"warm"},
             {"role":"user","content":"{{_text}}"}]}
            """);

        next.Status.ShouldBe(200, next.Text);
        var messages = JobOf(_text).Messages;
        messages.Select(one => (one.Role, one.Content)).ShouldBe(
            [("user", "hi"), ("assistant", "say hello"), ("user", "and the weather?"), ("assistant", "Let me see."), ("tool", "sunny"), ("tool", "warm"), ("user", _text)]);
        messages[3].ToolCalls!.Select(call => (call.Id, call.Name)).ShouldBe([("call_0", "get_weather"), ("call_1", "get_weather")]);

        // Whoever goes on from it goes on from what it referred to, as long as that is there.
        var last = $"{_text} more";
        (await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"{{last}}","previous_response_id":"{{next.Id}}"}""")).Status.ShouldBe(200);
        JobOf(last).Messages[1].Content.ShouldBe("say hello");
        await api.Client.DeleteAsync($"{Path}/{said.Id}");
        (await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"{{last}}","previous_response_id":"{{next.Id}}"}"""))
            .ShouldFail(400, "invalid_input").ShouldBe("previous_response_id[1]");
    }

    [Fact]
    public async Task One_call_of_several_can_be_referred_to()
    {
        var called = await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"call Seoul","tools":[{{Weather}}]}""");

        await api.Client.PostAsync(Path, $$"""
            {"model":"chat","input":[{"role":"user","content":"hi"},{"type":"item_reference","id":"{{Id(Output(called)[2])}}"},
             {"type":"function_call_output","call_id":"call_1","output":"warm"},{"role":"user","content":"{{_text}}"}]}
            """);

        JobOf(_text).Messages[1].ToolCalls!.Select(call => call.Id).ShouldBe(["call_1"]);
    }

    [Fact]
    public async Task Items_of_others_and_those_that_are_not_there_are_unknown()
    {
        var (mine, _) = await keyed.NewClientAsync();
        var (other, _) = await keyed.NewClientAsync();
        var said = await mine.PostAsync(Path, """{"model":"chat","input":"a","background":true}""");
        var dropped = await api.Client.PostAsync(Path, """{"model":"chat","input":"say this","store":false}""");
        var kept = await api.Client.PostAsync(Path, """{"model":"chat","input":"say that"}""");

        foreach (var (client, id) in new[]
        {
            (other, $"msg_{said.Id["resp_".Length..]}"), (mine, $"msg_{said.Id["resp_".Length..]}"), (api.Client, Id(Output(dropped)[0])),
            (api.Client, $"fc_{kept.Id["resp_".Length..]}_0"), (api.Client, $"fc_{kept.Id["resp_".Length..]}_-1"), (api.Client, "rs_1"),
        })
        {
            (await client.PostAsync(Path, $$"""{"model":"chat","input":[{"type":"item_reference","id":"{{id}}"},{"role":"user","content":"a"}]}"""))
                .ShouldFail(400, "invalid_input").ShouldBe("input[0]");
        }
    }

    [Theory]
    [InlineData("\"required\"", "required", 2)]
    [InlineData("""{"type":"function","name":"get_time"}""", "required", 1)]
    [InlineData("""{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"get_time"}]}""", "auto", 1)]
    [InlineData("""{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"get_time"},{"type":"function","name":"get_weather"}]}""", "required", 2)]
    public async Task A_choice_among_functions_reaches_the_model(string choice, string word, int tools)
    {
        var answer = await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"{{_text}}","tools":[{{Weather}},{{Time}}],"tool_choice":{{choice}}}""");

        answer.Status.ShouldBe(200, answer.Text);
        var job = JobOf(_text);
        (job.ToolChoice, job.Tools!.Count, job.Tools[^1].Name).ShouldBe((word, tools, "get_time"));
        answer.Json.GetProperty("tool_choice").ToString().ShouldBe(choice.Trim('"'));
    }

    [Theory]
    [InlineData("""{"type":"function","name":"get_money"}""", "tool_choice.name")]
    [InlineData("""{"type":"function"}""", "tool_choice")]
    [InlineData("""{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"get_money"}]}""", "tool_choice.tools")]
    [InlineData("""{"type":"allowed_tools","mode":"auto","tools":[{"type":"web_search"}]}""", "tool_choice")]
    [InlineData("""{"type":"file_search"}""", "tool_choice")]
    public async Task A_choice_of_what_is_not_offered_is_refused(string choice, string param) =>
        (await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"a","tools":[{{Weather}},{{Time}}],"tool_choice":{{choice}}}""")).ShouldFail(400, "invalid_input").ShouldBe(param);

    [Fact]
    public async Task Calls_are_items_beside_the_message()
    {
        var answer = await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"call Seoul","tools":[{{Weather}}]}""");

        answer.Field("status").ShouldBe("completed");
        var items = Output(answer);
        items.Select(item => item.GetProperty("type").GetString()).ShouldBe(["message", "function_call", "function_call"]);
        var id = answer.Id["resp_".Length..];
        items[2].ToString().ShouldBe(
            $$$"""{"id":"fc_{{{id}}}_1","type":"function_call","status":"completed","call_id":"call_1","name":"get_weather","arguments":"{\"city\":\"Seoul\"}"}""");
        Output(await api.Client.GetAsync($"{Path}/{answer.Id}")).Select(item => item.ToString()).ShouldBe(items.Select(item => item.ToString()));
    }

    [Fact]
    public async Task Arguments_of_calls_stream_as_deltas_of_their_items()
    {
        await using var stream = await api.Client.OpenAsync(HttpMethod.Post, Path, $$"""{"model":"chat","input":"call Seoul","tools":[{{Weather}}],"stream":true}""");

        var events = (await stream.RestAsync()).Select(item => JsonElement.Parse(item.Data)).ToList();

        var response = events[^1].GetProperty("response");
        (Type(events[^1]), response.GetProperty("output").GetArrayLength()).ShouldBe(("response.completed", 3));
        foreach (var index in (int[])[1, 2])
        {
            var own = events.Where(e => e.TryGetProperty("output_index", out var at) && at.GetInt32() == index).ToList();
            own.Select(Type).Where(type => type is not "response.function_call_arguments.delta").ShouldBe(
                ["response.output_item.added", "response.function_call_arguments.done", "response.output_item.done"]);
            var added = own[0].GetProperty("item");
            (added.GetProperty("type").GetString(), added.GetProperty("call_id").GetString(), added.GetProperty("name").GetString(), added.GetProperty("arguments").GetString())
                .ShouldBe(("function_call", $"call_{index - 1}", "get_weather", ""));
            var deltas = own.Where(e => Type(e) is "response.function_call_arguments.delta").ToList();
            string.Concat(deltas.Select(e => e.GetProperty("delta").GetString())).ShouldBe("""{"city":"Seoul"}""");
            deltas.ShouldAllBe(e => e.GetProperty("item_id").GetString() == Id(added));
            own[^2].GetProperty("arguments").GetString().ShouldBe("""{"city":"Seoul"}""");
            own[^1].GetProperty("item").ToString().ShouldBe(response.GetProperty("output")[index].ToString());
        }
    }

    [Fact]
    public async Task A_stream_tells_that_an_answer_failed()
    {
        var text = $"reject {Guid.CreateVersion7()}";
        await using var stream = await api.Client.OpenAsync(HttpMethod.Post, Path, $$"""{"model":"chat","input":"{{text}}","background":true,"stream":true}""");

        var events = (await stream.RestAsync()).Select(item => JsonElement.Parse(item.Data)).ToList();

        Type(events[^1]).ShouldBe("response.failed");
        var response = events[^1].GetProperty("response");
        (response.GetProperty("status").GetString(), response.GetProperty("error").GetProperty("code").GetString(), response.GetProperty("error").GetProperty("message").GetString())
            .ShouldBe(("failed", "invalid_prompt", "The script says so."));
    }

    [Theory]
    [InlineData("\"text\":{\"verbosity\":\"low\"}", "text.verbosity")]
    [InlineData("\"text\":{\"format\":{\"type\":\"text\"},\"verbosity\":\"high\"},\"include\":[]", "include, text.verbosity")]
    [InlineData("\"text\":{\"verbosity\":null}", "")]
    public async Task Hints_are_left_alone_and_named(string fields, string ignored)
    {
        var answer = await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"say this",{{fields}}}""");

        answer.Status.ShouldBe(200, answer.Text);
        (answer.Headers.GetValueOrDefault("Pipeline-Ignored") ?? "").ShouldBe(ignored);
        (await api.Client.PostAsync(Path, """{"model":"chat","input":"a","text":{"colour":"blue"}}""")).ShouldFail(400, "invalid_input").ShouldBe("text.colour");
    }

    private static List<JsonElement> Output(Answer answer) => [.. answer.Json.GetProperty("output").EnumerateArray()];

    private static string Id(JsonElement item) => item.GetProperty("id").GetString()!;

    private static string? Type(JsonElement e) => e.GetProperty("type").GetString();

    private Contracts.CompleteChat JobOf(string text) => api.Host.Chat.Jobs.Last(job => job.Messages[^1].Content == text);
}
