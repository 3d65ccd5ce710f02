using Pipeline.Api.BareResults;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.BareResults;

public sealed class BareResultTests(LocalApi api)
{
    private const string Feedback = """{"question":"왜요?","answer":"그냥요"}""";
    private const string Step = """{"topic":"Databases","phase":"depth","question":"q","answer":"a"}""";

    private static readonly (string, string) Wait = ("Prefer", "wait=60");

    [Theory]
    [InlineData("/api/chat/completions", """{"messages":[{"role":"user","content":"say hello"}]}""", "content", "usage")]
    [InlineData("/api/feedback", Feedback, "feedback", "score", "is_passed", "improvement_suggestion")]
    [InlineData("/api/interview/step", Step, "thought", "action", "message", "evaluation", "score")]
    [InlineData("/api/interview/step", """{"topic":"Databases","phase":"depth"}""", "thought", "action", "message", "evaluation")]
    [InlineData("/api/report", """{"items":[{"question":"q","answer":"a"}]}""", "language", "summary", "strengths", "improvements", "recommendations", "overall_score", "question_feedbacks")]
    public async Task The_result_has_exactly_the_fields_of_its_kind(string path, string body, params string[] fields)
    {
        var accepted = await api.Client.PostAsync(path, body, Wait, ("Accept", ResultChoice.MediaType));
        var viewed = await api.Client.PostAsync($"{path}?view=result", body);

        foreach (var answer in (Answer[])[accepted, viewed])
        {
            answer.Status.ShouldBe(200, answer.Text);
            answer.Json.EnumerateObject().Select(field => field.Name).ShouldBe(fields);
            answer.Headers["Location"].ShouldStartWith("/api/jobs/");
        }

        (accepted.MediaType, viewed.MediaType).ShouldBe((ResultChoice.MediaType, "application/json"));
        accepted.Headers["Preference-Applied"].ShouldBe("wait=60");
        accepted.Headers["Vary"].ShouldContain("Accept");
    }

    [Fact]
    public async Task An_evaluation_is_its_text_and_the_score_a_field_of_its_own()
    {
        var judged = (await api.Client.PostAsync("/api/interview/step?view=result", Step)).Json;
        var begun = (await api.Client.PostAsync("/api/interview/step?view=result", """{"topic":"Databases","phase":"depth"}""")).Json;

        (judged.GetProperty("evaluation").GetString(), judged.GetProperty("score").GetInt32()).ShouldBe(("fine", 7));
        begun.GetProperty("evaluation").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task A_result_keeps_its_letters()
    {
        (await api.Client.PostAsync("/api/feedback?view=result", Feedback)).Text.ShouldContain("좋아요");
    }

    [Fact]
    public async Task Several_texts_are_answered_with_an_array_in_their_order()
    {
        var answer = await api.Client.PostAsync("/api/emotion?view=result", """{"texts":["a","b"]}""");

        answer.Json.EnumerateArray().Select(result => result.GetProperty("emotion").GetString()).Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_job_without_a_result_is_a_problem()
    {
        (await api.Client.PostAsync("/api/chat/completions?view=result", """{"messages":[{"role":"user","content":"reject this"}]}"""))
            .ShouldBeProblem(400, "job-rejected").Says("The script says so.");
    }

    [Fact]
    public async Task A_result_that_takes_longer_than_the_wait_is_a_problem_that_names_the_job()
    {
        var text = $"hold {Guid.CreateVersion7()}";
        var answer = await api.Client.PostAsync("/api/emotion?view=result", $$"""{"text":"{{text}}"}""", ("Prefer", "wait=0"));
        var path = answer.Headers["Location"];

        answer.ShouldBeProblem(504, "not-finished").Says("Prefer: wait").Says(path);
        (await api.Client.GetAsync($"{path}?view=result")).ShouldBeProblem(504, "not-finished");
        api.Worker.Release(text);
        (await api.Client.GetAsync($"{path}?view=result", Wait)).Json.TryGetProperty("emotion", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_asks_for_no_answer_yet_gets_the_job()
    {
        var answer = await api.Client.PostAsync("/api/emotion?view=result", """{"text":"a"}""", ("Prefer", "respond-async"));

        answer.Status.ShouldBe(202);
        answer.Id.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("application/json, application/vnd.pipeline.result+json;q=0.5", "id")]
    [InlineData("application/vnd.pipeline.result+json, application/json", "emotion")]
    [InlineData("*/*", "id")]
    [InlineData("nonsense", "id")]
    public async Task The_type_that_a_client_likes_best_decides(string accept, string field) =>
        (await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", Wait, ("Accept", accept))).Json.TryGetProperty(field, out _).ShouldBeTrue();

    [Fact]
    public async Task An_unknown_view_is_refused()
    {
        (await api.Client.PostAsync("/api/emotion?view=short", """{"text":"a"}""")).ShouldBlame("view", "job, result");
        (await api.Client.GetAsync($"/api/jobs/{Guid.CreateVersion7()}?view=short")).ShouldBlame("view", "job, result");
    }

    [Fact]
    public async Task A_finished_report_is_still_a_page_for_browsers() =>
        (await api.Client.PostAsync("/api/report?view=result", """{"items":[{"question":"q","answer":"a"}]}""", Wait, ("Accept", "text/html"))).MediaType.ShouldBe("text/html");

    [Fact]
    public async Task A_repeat_under_an_idempotency_key_gets_the_same_result_and_is_told_so()
    {
        var key = ("Idempotency-Key", $"{Guid.CreateVersion7()}");
        var first = await api.Client.PostAsync("/api/feedback?view=result", Feedback, key);
        var second = await api.Client.PostAsync("/api/feedback?view=result", Feedback, key);

        second.Headers["Location"].ShouldBe(first.Headers["Location"]);
        second.Headers["Idempotency-Replayed"].ShouldBe("true");
        second.Text.ShouldBe(first.Text);
    }
}
