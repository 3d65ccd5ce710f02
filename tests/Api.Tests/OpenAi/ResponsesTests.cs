using System.Text.Json;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.OpenAi;

public sealed class ResponsesTests(LocalApi api, KeyedApi keyed) : IClassFixture<KeyedApi>
{
    private const string Path = "/v1/responses";

    private readonly string _hold = $"hold {Guid.CreateVersion7()}";

    [Fact]
    public async Task An_answer_has_OpenAIs_shape_and_can_be_read_again_and_deleted()
    {
        var answer = await api.Client.PostAsync(Path, """
            {"model":"chat","input":"say two words","instructions":"Be brief.","max_output_tokens":9,"temperature":0,"metadata":{"team":"a"},"user":"someone","reasoning":{"effort":"low"}}
            """);

        answer.Status.ShouldBe(200, answer.Text);
        answer.Id.ShouldStartWith("resp_");
        (answer.Field("object"), answer.Field("status"), answer.Field("model"), answer.Field("instructions")).ShouldBe(("response", "completed", "chat", "Be brief."));
        TextOf(answer.Json).ShouldBe("say two words");
        answer.Json.GetProperty("usage").ToString().ShouldBe(
            """{"input_tokens":7,"input_tokens_details":{"cached_tokens":2},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":10}""");
        answer.Json.GetProperty("metadata").ToString().ShouldBe("""{"team":"a"}""");
        answer.Json.GetProperty("error").ValueKind.ShouldBe(JsonValueKind.Null);
        var job = api.Host.Chat.Jobs.Last(job => job.Messages[^1].Content == "say two words" && job.MaxTokens == 9);
        (job.Messages[0].Role, job.Messages[0].Content, job.Temperature).ShouldBe(("system", "Be brief.", 0));

        (await api.Client.GetAsync($"{Path}/{answer.Id}")).Json.ToString().ShouldBe(answer.Json.ToString());
        (await api.Client.GetAsync($"{Path}/{answer.Id}/input_items")).Json.GetProperty("data")[0].GetProperty("content")[0].GetProperty("text").GetString().ShouldBe("say two words");
        (await api.Client.DeleteAsync($"{Path}/{answer.Id}")).Json.ToString().ShouldBe($$"""{"id":"{{answer.Id}}","object":"response","deleted":true}""");
        (await api.Client.GetAsync($"{Path}/{answer.Id}")).ShouldFail(404, "response_not_found");
        (await api.Client.GetAsync($"/api/jobs/{answer.Id["resp_".Length..]}")).ShouldBeProblem(404, "job-not-found");
    }

    [Fact]
    public async Task An_answer_goes_on_from_the_ones_before_it_without_their_instructions()
    {
        var first = await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"say first {{_hold}}","instructions":"Old."}""");
        var second = await api.Client.PostAsync(Path, $$"""
            {"model":"chat","previous_response_id":"{{first.Id}}","input":[{"role":"user","content":[{"type":"input_text","text":"say second "},{"type":"input_text","text":"{{_hold}}"}]}]}
            """);
        var third = await api.Client.PostAsync(Path, $$"""{"model":"chat","previous_response_id":"{{second.Id}}","input":"say third {{_hold}}","instructions":"New."}""");

        third.Field("previous_response_id").ShouldBe(second.Id);
        var job = api.Host.Chat.Jobs.Single(job => job.Messages[^1].Content == $"say third {_hold}");
        job.Messages.Select(message => (message.Role, message.Content)).ShouldBe(
            [
                ("system", "New."), ("user", $"say first {_hold}"), ("assistant", $"say first {_hold}"), ("user", $"say second {_hold}"),
                ("assistant", $"say second {_hold}"), ("user", $"say third {_hold}"),
            ]);

        await api.Client.DeleteAsync($"{Path}/{first.Id}");
        (await api.Client.PostAsync(Path, $$"""{"model":"chat","previous_response_id":"{{second.Id}}","input":"say more"}"""))
            .ShouldFail(400, "invalid_input").ShouldBe("previous_response_id");
        (await api.Client.PostAsync(Path, $$"""{"model":"chat","previous_response_id":"{{first.Id}}","input":"say more"}"""))
            .ShouldFail(404, "response_not_found").ShouldBe("previous_response_id");
    }

    [Fact]
    public async Task What_is_not_stored_cannot_be_come_back_to()
    {
        var answer = await api.Client.PostAsync(Path, """{"model":"chat","input":"say this","store":false}""");

        answer.Status.ShouldBe(200, answer.Text);
        (await api.Client.GetAsync($"{Path}/{answer.Id}")).ShouldFail(404, "response_not_found");
    }

    [Fact]
    public async Task Named_events_tell_the_answer_piece_by_piece()
    {
        await using var stream = await api.Client.OpenAsync(HttpMethod.Post, Path, """{"model":"chat","input":"say two","stream":true}""");

        var items = await stream.RestAsync();

        var events = items.Select(item => JsonElement.Parse(item.Data)).ToList();
        items.Select(item => item.Name).ShouldBe(events.Select(e => e.GetProperty("type").GetString()!));
        events.Select(e => e.GetProperty("sequence_number").GetInt32()).ShouldBe(Enumerable.Range(0, events.Count));
        var types = events.Select(e => e.GetProperty("type").GetString()).ToList();
        types.Where(type => type is not "response.output_text.delta").ShouldBe(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.done",
                "response.content_part.done", "response.output_item.done", "response.completed",
            ]);
        string.Concat(events.Where(e => e.GetProperty("type").GetString() is "response.output_text.delta").Select(e => e.GetProperty("delta").GetString())).ShouldBe("say two");
        events[^4].GetProperty("text").GetString().ShouldBe("say two");
        TextOf(events[^1].GetProperty("response")).ShouldBe("say two");
        (await api.Client.GetAsync($"{Path}/{events[0].GetProperty("response").GetProperty("id").GetString()}")).Field("status").ShouldBe("completed");
    }

    [Fact]
    public async Task An_attempt_that_says_the_same_goes_on_where_the_first_one_was_and_another_text_is_an_error()
    {
        var (same, other) = ($"falter {Guid.CreateVersion7()}", $"other {Guid.CreateVersion7()}");
        await using var first = await api.Client.OpenAsync(HttpMethod.Post, Path, $$"""{"model":"chat","input":"{{same}}","stream":true}""");
        await first.NextAsync();
        api.Host.Chat.Release(same);
        await using var second = await api.Client.OpenAsync(HttpMethod.Post, Path, $$"""{"model":"chat","input":"{{other}}","stream":true}""");
        await second.NextAsync();
        api.Host.Chat.Release(other);

        var good = (await first.RestAsync()).Select(item => JsonElement.Parse(item.Data)).ToList();
        var bad = (await second.RestAsync()).Select(item => JsonElement.Parse(item.Data)).ToList();

        TextOf(good[^1].GetProperty("response")).ShouldBe(same);
        (bad[^1].GetProperty("type").GetString(), bad[^1].GetProperty("code").GetString()).ShouldBe(("error", "job_failed"));
    }

    [Fact]
    public async Task In_the_background_an_answer_is_come_back_for_or_canceled()
    {
        var text = $"hold {Guid.CreateVersion7()}";
        var begun = await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"{{text}}","background":true}""");
        (begun.Status, begun.Field("status")).ShouldBe((200, "queued"));
        await Eventually.TrueAsync(async () => (await api.Client.GetAsync($"{Path}/{begun.Id}")).Field("status") is "in_progress");
        api.Host.Chat.Release(text);
        Answer done = begun;
        await Eventually.TrueAsync(async () => (done = await api.Client.GetAsync($"{Path}/{begun.Id}")).Field("status") is "completed");
        TextOf(done.Json).ShouldBe(text);
        (await api.Client.SendAsync(HttpMethod.Post, $"{Path}/{begun.Id}/cancel", null)).Field("status").ShouldBe("completed");

        var left = await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"{{_hold}}","background":true}""");
        (await api.Client.SendAsync(HttpMethod.Post, $"{Path}/{left.Id}/cancel", null)).Field("status").ShouldBe("cancelled");
        (await api.Client.PostAsync(Path, $$"""{"model":"chat","previous_response_id":"{{left.Id}}","input":"say more"}""")).ShouldFail(400, "invalid_input").ShouldBe("previous_response_id");

        var here = await api.Client.PostAsync(Path, """{"model":"chat","input":"say here"}""");
        (await api.Client.SendAsync(HttpMethod.Post, $"{Path}/{here.Id}/cancel", null)).ShouldFail(400, "invalid_input");
    }

    [Fact]
    public async Task The_events_of_an_answer_in_the_background_are_the_same_in_every_connection_and_go_on_behind_any_of_them()
    {
        var text = $"hold {Guid.CreateVersion7()} 그리고 아주긴낱말이하나있다그것은열여섯글자보다길다 end";
        await using var broken = await api.Client.OpenAsync(HttpMethod.Post, Path, $$"""{"model":"chat","input":"{{text}}","background":true,"stream":true}""");
        var begun = await broken.NextAsync("response.created");
        var id = begun.GetProperty("response").GetProperty("id").GetString();
        begun.GetProperty("response").GetProperty("status").GetString().ShouldBe("queued");
        await broken.NextAsync("response.queued");
        await broken.NextAsync("response.in_progress");
        await using var whole = await api.Client.OpenAsync(HttpMethod.Get, $"{Path}/{id}?stream=true");
        api.Host.Chat.Release(text);

        var all = (await whole.RestAsync()).Select(item => item.Data).ToList();
        await using var late = await api.Client.OpenAsync(HttpMethod.Get, $"{Path}/{id}?stream=true&starting_after=5");

        (await broken.RestAsync()).Select(item => item.Data).ShouldBe(all.Skip(3));
        (await late.RestAsync()).Select(item => item.Data).ShouldBe(all.Skip(6));
        var events = all.ConvertAll(data => JsonElement.Parse(data));
        events.Select(e => e.GetProperty("sequence_number").GetInt32()).ShouldBe(Enumerable.Range(0, events.Count));
        var deltas = events.Where(e => e.GetProperty("type").GetString() is "response.output_text.delta").Select(e => e.GetProperty("delta").GetString()!).ToList();
        string.Concat(deltas).ShouldBe(text);
        deltas.Max(delta => delta.Length).ShouldBe(16);
        TextOf(events[^1].GetProperty("response")).ShouldBe(text);
    }

    [Fact]
    public async Task Whoever_has_more_than_there_is_still_learns_the_end()
    {
        var left = await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"{{_hold}}","background":true}""");
        await api.Client.SendAsync(HttpMethod.Post, $"{Path}/{left.Id}/cancel", null);
        await using var stream = await api.Client.OpenAsync(HttpMethod.Get, $"{Path}/{left.Id}?stream=true&starting_after=70");

        var end = JsonElement.Parse((await stream.RestAsync()).ShouldHaveSingleItem().Data);

        end.GetProperty("sequence_number").GetInt32().ShouldBe(71);
        end.GetProperty("response").GetProperty("status").GetString().ShouldBe("cancelled");
    }

    [Theory]
    [InlineData(true, "?starting_after=1", "starting_after")]
    [InlineData(true, "?stream=true&starting_after=-1", "starting_after")]
    [InlineData(true, "?stream=yes", "stream")]
    [InlineData(false, "?stream=true", "stream")]
    public async Task Only_answers_in_the_background_are_streamed_again(bool background, string query, string param)
    {
        var answer = await api.Client.PostAsync(Path, $$"""{"model":"chat","input":"say it","background":{{(background ? "true" : "false")}}}""");

        (await api.Client.GetAsync($"{Path}/{answer.Id}{query}")).ShouldFail(400, "invalid_input").ShouldBe(param);
    }

    [Fact]
    public async Task Calls_and_their_outputs_are_read_as_one_conversation()
    {
        await api.Client.PostAsync(Path, $$"""
            {"model":"chat","input":[{"role":"user","content":"What is the weather?"},
             {"type":"function_call","call_id":"call_1","name":"weather","arguments":"{\"city\":\"Seoul\"}"},{"type":"reasoning","summary":[]},
             {"type":"function_call","call_id":"call_2","name":"weather","arguments":"{\"city\":\"Busan\"}"},
             {"type":"function_call_output","call_id":"call_1","output":"sunny"},{"type":"function_call_output","call_id":"call_2","output":"rain"},
             {"role":"user","content":"say {{_hold}}"}],
             "tools":[{"type":"function","name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"} } } }]}
            """);

        var job = api.Host.Chat.Jobs.Single(job => job.Messages[^1].Content == $"say {_hold}");
        job.Messages.Select(message => message.Role).ShouldBe(["user", "assistant", "tool", "tool", "user"]);
        job.Messages[1].ToolCalls!.Select(call => (call.Id, call.Name)).ShouldBe([("call_1", "weather"), ("call_2", "weather")]);
        job.Messages[2].ToolCallId.ShouldBe("call_1");
        job.Tools!.Single().Name.ShouldBe("weather");
    }

    [Theory]
    [InlineData("""{"model":"gpt-4o","input":"a"}""", 404, "model_not_found", "model")]
    [InlineData("""{"model":"chat"}""", 400, "invalid_input", "input")]
    [InlineData("""{"model":"chat","input":[]}""", 400, "invalid_input", "input")]
    [InlineData("""{"model":"chat","input":5}""", 400, "invalid_input", "input")]
    [InlineData("""{"model":"chat","input":[{"role":"user","content":[{"type":"input_image"}]}]}""", 400, "invalid_input", "input[0].content[0]")]
    [InlineData("""{"model":"chat","input":[{"type":"item_reference","id":"x"}]}""", 400, "invalid_input", "input[0]")]
    [InlineData("""{"model":"chat","input":"a","max_output_tokens":0}""", 400, "invalid_input", "max_output_tokens")]
    [InlineData("""{"model":"chat","input":"a","temperature":9}""", 400, "invalid_input", "temperature")]
    [InlineData("""{"model":"chat","input":"a","text":{"format":{"type":"xml"}}}""", 400, "invalid_input", "text.format.type")]
    [InlineData("""{"model":"chat","input":"a","text":{"format":{"type":"json_schema","name":"x","schema":{"type":"nothing"}}}}""", 400, "invalid_input", "text.format.schema")]
    [InlineData("""{"model":"chat","input":"a","tools":[{"type":"web_search"}]}""", 400, "invalid_input", "tools[0]")]
    [InlineData("""{"model":"chat","input":"a","tools":[{"type":"function"}]}""", 400, "invalid_input", "tools[0]")]
    [InlineData("""{"model":"chat","input":"a","background":true,"store":false}""", 400, "invalid_input", "store")]
    [InlineData("""{"model":"chat","input":"a","conversation":"conv_1"}""", 400, "invalid_input", "conversation")]
    [InlineData("""{"model":"chat","input":"a","truncation":"some"}""", 400, "invalid_input", "truncation")]
    [InlineData("""{"model":"chat","input":"a","colour":"blue"}""", 400, "invalid_input", "colour")]
    public async Task What_is_wrong_is_told_in_the_words_of_the_request(string body, int status, string code, string param) =>
        (await api.Client.PostAsync(Path, body)).ShouldFail(status, code).ShouldBe(param);

    [Fact]
    public async Task An_answer_belongs_to_its_client()
    {
        var (mine, _) = await keyed.NewClientAsync();
        var (other, _) = await keyed.NewClientAsync();
        var begun = await mine.PostAsync(Path, """{"model":"chat","input":"say mine","background":true}""");

        (await mine.GetAsync($"{Path}/{begun.Id}")).Field("status").ShouldBe("queued");
        (await other.GetAsync($"{Path}/{begun.Id}")).ShouldFail(404, "response_not_found");
        (await other.GetAsync($"{Path}/{begun.Id}/input_items")).ShouldFail(404, "response_not_found");
        (await other.SendAsync(HttpMethod.Post, $"{Path}/{begun.Id}/cancel", null)).ShouldFail(404, "response_not_found");
        (await other.DeleteAsync($"{Path}/{begun.Id}")).ShouldFail(404, "response_not_found");
        (await other.PostAsync(Path, $$"""{"model":"chat","previous_response_id":"{{begun.Id}}","input":"say more"}""")).ShouldFail(404, "response_not_found");
        (await mine.DeleteAsync($"{Path}/{begun.Id}")).Status.ShouldBe(200);
        (await mine.GetAsync($"/api/jobs/{begun.Id["resp_".Length..]}")).ShouldBeProblem(404, "job-not-found");
    }

    private static string? TextOf(JsonElement response) => response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString();
}
