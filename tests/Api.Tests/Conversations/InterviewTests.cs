using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Conversations;

public sealed class InterviewTests(LocalApi api)
{
    [Fact]
    public async Task An_interview_goes_through_its_phases_and_ends_by_itself()
    {
        var begun = await BeginAsync("""{"topics":["Tests"],"phases":["warm-up","depth"],"questions_max":10}""");
        (begun.State, Text(begun.Json, "message"), Text(begun.Json, "phase")).ShouldBe(("waiting", "Who are you?", "warm-up"));

        var deeper = await AnswerAsync(begun.Json, "next");
        (deeper.State, Text(deeper.Json, "phase")).ShouldBe(("waiting", "depth"));
        await AnswerAsync(begun.Json, "I test first.");
        var over = await AnswerAsync(begun.Json, "next");

        over.State.ShouldBe("finished");
        over.Json.TryGetProperty("phase", out _).ShouldBeFalse();
        over.Json.GetProperty("exchanges").EnumerateArray().Select(exchange => (Text(exchange, "phase"), Text(exchange, "answer"), exchange.GetProperty("evaluation").GetProperty("score").GetInt32()))
            .ShouldBe([("warm-up", "next", 7), ("depth", "I test first.", 7), ("depth", "next", 7)]);
        (await PostAnswerAsync(begun.Json, "more")).ShouldBeProblem(409, "conversation-state").Says("The interview is finished");
    }

    [Fact]
    public async Task An_interview_goes_on_to_its_next_topic_and_stays_at_the_last()
    {
        var begun = await BeginAsync("""{"topics":["Locks","Threads"],"phases":["depth"]}""");
        Text(begun.Json, "topic").ShouldBe("Locks");

        Text((await AnswerAsync(begun.Json, "more")).Json, "topic").ShouldBe("Locks");
        Text((await AnswerAsync(begun.Json, "other")).Json, "topic").ShouldBe("Threads");
        Text((await AnswerAsync(begun.Json, "other")).Json, "topic").ShouldBe("Threads");
        var over = await AnswerAsync(begun.Json, "next");

        over.Json.TryGetProperty("topic", out _).ShouldBeFalse();
        over.Json.GetProperty("exchanges").EnumerateArray().Select(exchange => Text(exchange, "topic")).ShouldBe(["Locks", "Locks", "Threads", "Threads"]);
    }

    [Fact]
    public async Task The_model_sees_the_latest_exchanges_within_the_budget()
    {
        var begun = await BeginAsync("""{"topics":["Tests"],"phases":["depth"]}""");
        await AnswerAsync(begun.Json, new string('a', 3_000));
        await AnswerAsync(begun.Json, new string('b', 3_000));
        var third = await AnswerAsync(begun.Json, "c");

        var thought = await ThoughtAsync(third);
        thought.ShouldContain("bbb");
        thought.ShouldNotContain("aaa");
    }

    [Fact]
    public async Task Limits_end_phases_and_the_interview_whatever_the_model_wants()
    {
        var begun = await BeginAsync("""{"topics":["Tests"],"phases":["a","b","c"],"questions_max":3,"questions_per_phase_max":1}""");

        Text((await AnswerAsync(begun.Json, "x")).Json, "phase").ShouldBe("b");
        Text((await AnswerAsync(begun.Json, "x")).Json, "phase").ShouldBe("c");
        (await AnswerAsync(begun.Json, "x")).State.ShouldBe("finished");
    }

    [Fact]
    public async Task The_model_is_told_where_the_interview_stands()
    {
        var begun = await BeginAsync("""{"topics":["테스트","배포"],"phases":["도입","심화"]}""");
        await AnswerAsync(begun.Json, "처음");
        var second = await AnswerAsync(begun.Json, "다음");

        var thought = await ThoughtAsync(second);
        thought.ShouldContain("주제: 테스트\n다음 주제: 배포\n");
        thought.ShouldContain("다음 단계: 심화");
        thought.ShouldContain("Q: Who are you?\nA: 처음");
        thought.ShouldContain("마지막 질문: And then?");
        thought.ShouldContain("\n다음\n");
    }

    [Fact]
    public async Task An_answer_whose_job_failed_can_be_given_again()
    {
        var begun = await BeginAsync("""{"topics":["Tests"],"phases":["a"]}""");

        (await AnswerAsync(begun.Json, "fail")).State.ShouldBe("stuck");
        var again = await AnswerAsync(begun.Json, "better");

        again.State.ShouldBe("waiting");
        again.Json.GetProperty("questions_answered").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_repeat_under_the_same_key_is_the_same_interview()
    {
        var key = ("Idempotency-Key", Guid.CreateVersion7().ToString());
        const string Body = """{"topics":["Tests"],"phases":["a"]}""";

        (await api.Client.PostAsync("/api/interviews", Body, key)).Id.ShouldBe((await api.Client.PostAsync("/api/interviews", Body, key)).Id);
    }

    [Fact]
    public async Task An_interview_becomes_a_report()
    {
        var begun = await BeginAsync("""{"topics":["Tests"],"phases":["a"]}""");
        (await api.Client.PostAsync("/api/report", $$"""{"interview_id":"{{begun.Id}}"}""")).ShouldBlame("interview_id", "nothing has been answered");
        await AnswerAsync(begun.Json, "I test first.");

        var report = await api.Client.PostAsync("/api/report", $$"""{"interview_id":"{{begun.Id}}"}""", ("Prefer", "wait=60"));

        report.Status.ShouldBe(200, report.Json.ToString());
        var result = report.Json.GetProperty("result");
        Text(result, "title").ShouldBe("Tests");
        Text(result.GetProperty("question_feedbacks")[0], "question").ShouldBe("Who are you?");
    }

    [Fact]
    public async Task Deleted_is_gone()
    {
        var begun = await BeginAsync("""{"topics":["Tests"],"phases":["a"]}""");

        (await api.Client.DeleteAsync($"/api/interviews/{begun.Id}")).Status.ShouldBe(204);
        (await api.Client.GetAsync($"/api/interviews/{begun.Id}")).ShouldBeProblem(404, "conversation-not-found");
    }

    [Theory]
    [InlineData("""{"phases":["a"]}""", "topics", "is required")]
    [InlineData("""{"topics":[],"phases":["a"]}""", "topics", "has 0 elements: send 1 to 20")]
    [InlineData("""{"topic":"t","topics":["t"],"phases":["a"]}""", "topic", "is not a known field")]
    [InlineData("""{"topics":["t"],"phases":[]}""", "phases", "has 0 elements")]
    [InlineData("""{"topics":["t"],"phases":["a",7]}""", "phases[1]", "is a number; expected a string")]
    [InlineData("""{"topics":["t"],"phases":[" "]}""", "phases[0]", "is blank")]
    [InlineData("""{"topics":["t"],"phases":["a"],"questions_max":0}""", "questions_max", "send 1 to 200")]
    [InlineData("""{"topics":["t"],"phases":["a"],"prompt":"hard"}""", "prompt", "has no such prompt")]
    public async Task A_wrong_beginning_is_refused(string body, string field, string message) =>
        (await api.Client.PostAsync("/api/interviews", body)).ShouldBlame(field, message);

    private async Task<Answer> BeginAsync(string body)
    {
        var answer = await api.Client.PostAsync("/api/interviews", body, ("Prefer", "wait=60"));
        answer.Status.ShouldBe(200, answer.Json.ToString());
        return answer;
    }

    private async Task<Answer> AnswerAsync(JsonElement interview, string answer)
    {
        var reply = await PostAnswerAsync(interview, answer);
        reply.Status.ShouldBe(200, reply.Json.ToString());
        return reply;
    }

    private Task<Answer> PostAnswerAsync(JsonElement interview, string answer) => api.Client.PostAsync(
        Text(interview.GetProperty("links"), "answers")!, JsonSerializer.Serialize(new { answer }), ("Prefer", "wait=60"));

    /// <summary>Where the scripted model says what it was asked.</summary>
    private async Task<string> ThoughtAsync(Answer interview) =>
        Text((await api.Client.GetAsync(Text(interview.Json.GetProperty("links"), "job")!)).Json.GetProperty("result"), "thought")!;

    private static string? Text(JsonElement json, string field) => json.GetProperty(field).GetString();
}
