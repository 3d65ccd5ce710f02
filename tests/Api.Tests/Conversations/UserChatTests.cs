using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Conversations;

public sealed class UserChatTests(LocalApi api)
{
    private const string Path = "/conversation/chat";

    private readonly string _user = $"user-{Guid.CreateVersion7()}";

    [Fact]
    public async Task A_user_is_answered_with_the_reply_alone()
    {
        var answer = await SayAsync("say hello there");

        answer.Status.ShouldBe(200, answer.Text);
        answer.Text.ShouldBe($$"""{"response":"say hello there","user_id":"{{_user}}","status":"success"}""");
    }

    [Fact]
    public async Task Each_user_has_one_conversation_which_goes_on()
    {
        await SayAsync("하나");
        var answer = (await SayAsync("둘")).Json.GetProperty("response").GetString()!;
        var other = (await SayAsync("one", $"{_user}-2")).Json.GetProperty("response").GetString()!;

        answer.ShouldStartWith("s:");
        answer.ShouldContain("u:하나 | a:");
        answer.ShouldEndWith(" | u:둘");
        other.ShouldNotContain("하나");
    }

    [Fact]
    public async Task The_conversation_of_a_user_is_found_and_forgotten_like_any_other()
    {
        await SayAsync("zebra");
        var listed = (await api.Client.GetAsync("/api/conversations")).Json.GetProperty("conversations").EnumerateArray()
            .Single(conversation => conversation.TryGetProperty("user_id", out var user) && user.GetString() == _user);

        (await api.Client.DeleteAsync(listed.GetProperty("links").GetProperty("self").GetString()!)).Status.ShouldBe(204);

        (await SayAsync("two")).Json.GetProperty("response").GetString()!.ShouldNotContain("zebra");
    }

    [Fact]
    public async Task Of_two_first_messages_at_once_none_is_answered_beside_the_conversation()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(index => SayAsync($"say {index}")));

        answers.ShouldContain(answer => answer.Status == 200);
        answers.ShouldAllBe(answer => answer.Status == 200 || answer.Status == 409);
        var conversation = (await api.Client.GetAsync("/api/conversations")).Json.GetProperty("conversations").EnumerateArray()
            .Single(conversation => conversation.TryGetProperty("user_id", out var user) && user.GetString() == _user);
        (await api.Client.GetAsync(conversation.GetProperty("links").GetProperty("self").GetString()!)).Json.GetProperty("messages").GetArrayLength()
            .ShouldBe(2 * answers.Count(answer => answer.Status == 200));
    }

    [Fact]
    public async Task Who_wants_the_job_or_no_answer_yet_gets_the_job()
    {
        var job = await api.Client.PostAsync($"{Path}?view=job", Body("say a", _user), ("Prefer", "wait=60"));
        var accepted = await api.Client.PostAsync(Path, Body("say b", _user), ("Prefer", "respond-async"));

        job.State.ShouldBe("succeeded");
        accepted.Status.ShouldBe(202);
    }

    [Fact]
    public async Task A_rejected_message_is_a_problem() =>
        (await SayAsync("reject this")).ShouldBeProblem(400, "job-rejected");

    [Theory]
    [InlineData("""{"message":"a"}""", "user_id", "is required")]
    [InlineData("""{"user_id":"u"}""", "message", "is required")]
    [InlineData("""{"user_id":" ","message":"a"}""", "user_id", "1 to 200 that can be seen")]
    [InlineData("""{"user_id":7,"message":"a"}""", "user_id", "number")]
    [InlineData("""{"user_id":"u","message":" "}""", "message", "empty")]
    [InlineData("""{"user_id":"u","message":"a","mood":1}""", "mood", "not a known field")]
    public async Task What_is_wrong_is_told_field_by_field(string body, string field, string message) =>
        (await api.Client.PostAsync(Path, body)).ShouldBlame(field, message);

    [Fact]
    public async Task A_user_id_has_a_limit() =>
        (await api.Client.PostAsync(Path, Body("a", new string('u', 201)))).ShouldBlame("user_id", "1 to 200");

    private Task<Answer> SayAsync(string message, string? user = null) => api.Client.PostAsync(Path, Body(message, user ?? _user));

    private static string Body(string message, string user) => JsonSerializer.Serialize(new { user_id = user, message });
}
