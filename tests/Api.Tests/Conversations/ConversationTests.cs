using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Conversations;

public sealed class ConversationTests(LocalApi api)
{
    [Fact]
    public async Task The_model_sees_the_system_message_the_newest_messages_and_the_new_one()
    {
        var path = await BeginAsync("""{"system_prompt":"S"}""");
        foreach (var content in (string[])["one", "two", "three", "four"])
        {
            await SayAsync(path, content);
        }

        var answer = await SayAsync(path, "five");

        // Five messages before the new one, without the assistant's that would come first.
        var content5 = answer.GetProperty("content").GetString()!;
        content5.ShouldStartWith("s:S | u:three | a:");
        content5.ShouldEndWith(" | u:five");
    }

    [Fact]
    public async Task The_worker_is_told_how_many_tokens_the_model_may_see()
    {
        var path = await BeginAsync("{}");
        var said = $"say {path}";

        await SayAsync(path, said);

        api.Host.Chat.Jobs.Single(job => job.Messages[^1].Content == said).ContextTokens.ShouldBe(4_096);
    }

    [Fact]
    public async Task A_message_can_be_followed_and_is_kept_all_the_same()
    {
        var path = await BeginAsync("{}");
        await using var stream = await api.Client.OpenAsync(HttpMethod.Post, $"{path}/messages", """{"content":"say one two","stream":true}""");

        var events = await stream.RestAsync();

        string.Concat(events.Where(item => item.Name is "tokens").Select(item => JsonElement.Parse(item.Data).GetProperty("text").GetString())).ShouldBe("say one two");
        events[^1].Name.ShouldBe("end");
        (await api.Client.GetAsync(path)).Json.GetProperty("messages")[1].GetProperty("content").GetString().ShouldBe("say one two");
    }

    [Fact]
    public async Task A_deleted_conversation_ends_its_answer_in_flight_and_takes_its_jobs()
    {
        var path = await BeginAsync("{}");
        await SayAsync(path, "say a secret");
        var marker = $"falter {Guid.CreateVersion7()}"; // The model goes on once a test lets it.
        var waiting = await api.Client.PostAsync($"{path}/messages", JsonSerializer.Serialize(new { content = marker }));
        var before = (await api.Client.GetAsync(path)).Json.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("job_id").GetString()).Distinct().ToList();

        (await api.Client.DeleteAsync(path)).Status.ShouldBe(204);
        api.Host.Chat.Release(marker);

        before.ShouldContain(waiting.Id);
        foreach (var id in before)
        {
            (await api.Client.GetAsync($"/api/jobs/{id}")).ShouldBeProblem(404, "job-not-found");
            (await api.Client.PostAsync($"/api/jobs/{id}/retry", "")).ShouldBeProblem(404, "job-not-found");
        }

        await using var connection = await api.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        (await Dapper.SqlMapper.QueryAsync<string>(connection, "select input::text from jobs where id = any(@Ids)", new { Ids = before.Select(id => Guid.Parse(id!)).ToArray() }))
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task Messages_are_kept_in_order_with_their_jobs()
    {
        var path = await BeginAsync("""{"prompt":"teacher","language":"ko"}""");
        await SayAsync(path, "재귀가 뭐예요?");

        var conversation = (await api.Client.GetAsync(path)).Json;

        conversation.GetProperty("prompt").GetProperty("name").GetString().ShouldBe("teacher");
        var messages = conversation.GetProperty("messages").EnumerateArray().ToArray();
        messages.Select(message => message.GetProperty("role").GetString()).ShouldBe(["user", "assistant"]);
        messages[0].GetProperty("content").GetString().ShouldBe("재귀가 뭐예요?");
        messages[1].GetProperty("content").GetString()!.ShouldContain("한국어로 설명");
        messages[1].GetProperty("state").GetString().ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_message_whose_job_failed_makes_room_for_the_next()
    {
        var path = await BeginAsync("{}");
        var failed = await api.Client.PostAsync($"{path}/messages", """{"content":"fail"}""", ("Prefer", "wait=60"));
        failed.State.ShouldBe("failed");

        (await SayAsync(path, "again")).GetProperty("content").GetString()!.ShouldEndWith("| u:again");

        (await api.Client.GetAsync(path)).Json.GetProperty("messages").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task A_repeat_under_the_same_key_gets_the_same_job()
    {
        var path = await BeginAsync("{}");
        var first = await api.Client.PostAsync($"{path}/messages", """{"content":"hi"}""", ("Prefer", "wait=60"), ("Idempotency-Key", path));
        var second = await api.Client.PostAsync($"{path}/messages", """{"content":"hi"}""", ("Prefer", "wait=60"), ("Idempotency-Key", path));

        second.Id.ShouldBe(first.Id);
        (await api.Client.GetAsync(path)).Json.GetProperty("messages").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Deleted_is_gone()
    {
        var path = await BeginAsync("{}");
        await SayAsync(path, "hi");

        (await api.Client.DeleteAsync(path)).Status.ShouldBe(204);

        (await api.Client.GetAsync(path)).ShouldBeProblem(404, "conversation-not-found");
        (await api.Client.DeleteAsync(path)).ShouldBeProblem(404, "conversation-not-found");
        (await api.Client.PostAsync($"{path}/messages", """{"content":"hi"}""")).ShouldBeProblem(404, "conversation-not-found");
    }

    [Fact]
    public async Task Pages_lead_to_older_ones()
    {
        var older = await BeginAsync("{}");
        var newer = await BeginAsync("{}");

        var page = (await api.Client.GetAsync("/api/conversations?limit=1")).Json;
        page.GetProperty("conversations")[0].GetProperty("links").GetProperty("self").GetString().ShouldBe(newer);
        page.GetProperty("conversations")[0].TryGetProperty("messages", out _).ShouldBeFalse();
        var next = (await api.Client.GetAsync(page.GetProperty("links").GetProperty("next").GetString()!)).Json;
        next.GetProperty("conversations")[0].GetProperty("links").GetProperty("self").GetString().ShouldBe(older);
    }

    [Theory]
    [InlineData("""{"prompt":"poet"}""", "prompt", "has no such prompt")]
    [InlineData("""{"language":"fr"}""", "language", "send \"ko\" or \"en\"")]
    [InlineData("""{"system_prompt":" "}""", "system_prompt", "is empty")]
    [InlineData("""{"system_prompt":"a","prompt":"teacher"}""", "system_prompt", "together with prompt")]
    [InlineData("""{"name":"x"}""", "name", "is not a known field. Known: system_prompt, prompt, language, user.")]
    [InlineData("""[]""", "body", "is an array; expected an object")]
    public async Task A_wrong_beginning_is_refused(string body, string field, string message) =>
        (await api.Client.PostAsync("/api/conversations", body)).ShouldBlame(field, message);

    [Theory]
    [InlineData("{}", "content", "is required")]
    [InlineData("""{"content":""}""", "content", "is empty")]
    [InlineData("""{"content":"a","temperature":3}""", "temperature", "send 0 to 2")]
    [InlineData("""{"content":"a","max_tokens":0.5}""", "max_tokens", "send a whole number")]
    public async Task A_wrong_message_is_refused(string body, string field, string message) =>
        (await api.Client.PostAsync($"{await BeginAsync("{}")}/messages", body)).ShouldBlame(field, message);

    private async Task<string> BeginAsync(string body)
    {
        var answer = await api.Client.PostAsync("/api/conversations", body);
        answer.Status.ShouldBe(201, answer.Json.ToString());
        answer.Headers["Location"].ShouldBe(answer.Json.GetProperty("links").GetProperty("self").GetString());
        return answer.Headers["Location"];
    }

    private async Task<JsonElement> SayAsync(string path, string content)
    {
        var answer = await api.Client.PostAsync($"{path}/messages", JsonSerializer.Serialize(new { content }), ("Prefer", "wait=60"));
        answer.Status.ShouldBe(200, answer.Json.ToString());
        return answer.Json.GetProperty("result");
    }
}

/// <summary>While nobody answers.</summary>
public sealed class PendingConversationTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    [Fact]
    public async Task One_message_is_answered_at_a_time_and_others_see_nothing()
    {
        var (owner, _) = await api.NewClientAsync();
        var (stranger, _) = await api.NewClientAsync();
        var path = (await owner.PostAsync("/api/conversations", "{}")).Headers["Location"];
        var first = await owner.PostAsync($"{path}/messages", """{"content":"hi"}""", ("Idempotency-Key", "first"));
        first.Status.ShouldBe(202);

        (await owner.PostAsync($"{path}/messages", """{"content":"hello?"}""", ("Idempotency-Key", "second")))
            .ShouldBeProblem(409, "conversation-state").Says($"still being answered by job {first.Id}");
        (await owner.PostAsync($"{path}/messages", """{"content":"hi"}""", ("Idempotency-Key", "first"))).Id.ShouldBe(first.Id);
        await owner.DeleteAsync($"/api/jobs/{first.Id}");
        (await owner.PostAsync($"{path}/messages", """{"content":"hello?"}""", ("Idempotency-Key", "second"))).Status.ShouldBe(202);

        (await stranger.GetAsync(path)).ShouldBeProblem(404, "conversation-not-found");
        (await stranger.PostAsync($"{path}/messages", """{"content":"hi"}""")).ShouldBeProblem(404, "conversation-not-found");
    }

    [Fact]
    public async Task Of_messages_that_come_at_the_same_time_one_is_accepted()
    {
        var (client, _) = await api.NewClientAsync();
        var path = (await client.PostAsync("/api/conversations", "{}")).Headers["Location"];

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => client.PostAsync($"{path}/messages", $$"""{"content":"hi {{n}}"}""")));

        answers.Count(answer => answer.Status is 202).ShouldBe(1);
        answers.Count(answer => answer.Status is 409).ShouldBe(7);
        (await client.GetAsync("/api/jobs")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(1);
    }
}
