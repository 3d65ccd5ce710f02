using Microsoft.Extensions.Options;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.BareResults;

public sealed class ResultOnlyTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_path_of_the_option_answers_with_the_result_unless_the_job_is_asked_for()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, new ScriptedEmotion(), ("Api:ResultOnly:0", "/api/feedback"));
        using var client = host.Client();
        const string Body = """{"question":"q","answer":"a"}""";

        var result = await client.PostAsync("/api/feedback", Body, ("Accept", "application/json"));
        var job = await client.PostAsync("/api/feedback?view=job", Body, ("Prefer", "wait=60"));
        var other = await client.PostAsync("/api/emotion", """{"text":"a"}""");

        (result.Status, result.Json.GetProperty("score").GetInt32()).ShouldBe((200, 7));
        job.State.ShouldBe("succeeded");
        other.Status.ShouldBe(202);
    }

    [Theory]
    [InlineData("/api/chat/completions", """{"messages":[{"role":"user","content":"say hello"}]}""", "content", "usage")]
    [InlineData("/api/feedback", """{"question":"q","answer":"a"}""", "feedback", "score", "is_passed", "improvement_suggestion")]
    [InlineData("/api/interview/step", """{"topic":"Databases","phase":"depth","question":"q","answer":"a"}""", "thought", "action", "message", "evaluation", "score")]
    [InlineData("/api/report", """{"items":[{"question":"q","answer":"a"}]}""", "language", "summary", "strengths", "improvements", "recommendations", "overall_score", "question_feedbacks")]
    [InlineData("/conversation/chat", """{"user_id":"u","message":"say hello"}""", "response", "user_id", "status")]
    public async Task A_client_of_the_specified_service_needs_another_base_URL_alone(string path, string body, params string[] fields)
    {
        string[] paths = ["/api/chat/completions", "/api/feedback", "/api/interview/step", "/api/report"]; // The fifth is so by itself.
        await using var host = await ApiHost.StartAsync(database.ConnectionString, new ScriptedEmotion(), [.. paths.Select((only, index) => ($"Api:ResultOnly:{index}", only))]);
        using var client = host.Client();

        var answer = await client.PostAsync(path, body);

        answer.Status.ShouldBe(200, answer.Text);
        answer.Json.EnumerateObject().Select(field => field.Name).ShouldBe(fields);
    }

    [Theory]
    [InlineData("api/feedback")]
    [InlineData("/v1/embeddings")]
    [InlineData("/api/*")]
    public async Task What_is_no_path_of_a_kind_ends_the_process_at_start(string path)
    {
        var error = await Should.ThrowAsync<OptionsValidationException>(() => ApiHost.StartAsync(database.ConnectionString, worker: null, ("Api:ResultOnly:0", path)));

        error.Message.ShouldContain(path);
    }
}
