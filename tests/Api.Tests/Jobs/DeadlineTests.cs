using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Jobs;

public sealed class DeadlineTests(LocalApi api)
{
    private readonly string _text = $"text {Guid.CreateVersion7()}";

    [Theory]
    [InlineData("/api/emotion", """{"text":"TEXT","deadline":"DEADLINE"}""")]
    [InlineData("/api/jobs", """{"kind":"emotion","input":{"text":"TEXT"},"deadline":"DEADLINE"}""")]
    [InlineData("/api/chat/completions", """{"messages":[{"role":"user","content":"TEXT"}],"deadline":"DEADLINE"}""")]
    public async Task A_job_of_any_kind_has_a_deadline_as_a_time_or_a_time_from_now(string path, string body)
    {
        var day = TimeProvider.System.GetUtcNow().AddDays(10);
        var time = await api.Client.PostAsync(path, Body(body, $"{day:yyyy-MM-dd}T23:59:59+09:00"), ("Prefer", "wait=30"));
        var fromNow = await api.Client.PostAsync(path, Body(body, "2h"));

        time.Status.ShouldBe(200);
        time.Json.GetProperty("deadline").GetString().ShouldBe($"{day:yyyy-MM-dd}T14:59:59+00:00");
        time.Json.TryGetProperty("deadline_likely", out _).ShouldBeFalse();
        fromNow.Json.GetProperty("deadline").GetDateTimeOffset().ShouldBe(TimeProvider.System.GetUtcNow().AddHours(2), TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("2020-01-01T00:00:00Z", "not after now")]
    [InlineData("0s", "not after now")]
    [InlineData("9999-01-01T00:00:00Z", "further ahead")]
    [InlineData("31d", "further ahead")]
    [InlineData("2147483647d", "RFC 3339")]
    [InlineData("soon", "RFC 3339")]
    [InlineData("-1h", "RFC 3339")]
    [InlineData("", "RFC 3339")]
    [InlineData("2030-01-31T12:00:00", "RFC 3339")]
    public async Task A_deadline_that_makes_no_sense_is_refused(string deadline, string message)
    {
        (await api.Client.PostAsync("/api/emotion", Body("""{"text":"TEXT","deadline":"DEADLINE"}""", deadline))).ShouldBlame("deadline", message);
        (await api.Client.PostLinesAsync("/api/jobs/batch", [Body("""{"kind":"emotion","input":{"text":"TEXT"},"deadline":"DEADLINE"}""", deadline)])).ShouldBlame("items[0].deadline", message);
        if (deadline is not "")
        {
            (await api.Client.PostLinesAsync($"/api/jobs/batch?kind=emotion&deadline={Uri.EscapeDataString(deadline)}", ["""{"text":"a"}"""])).ShouldBlame("deadline", message);
        }
    }

    [Fact]
    public async Task A_deadline_is_a_string() =>
        (await api.Client.PostAsync("/api/emotion", """{"text":"a","deadline":7}""")).ShouldBlame("deadline", "expected a string");

    [Fact]
    public async Task A_repeat_names_the_same_deadline()
    {
        var key = ("Idempotency-Key", $"{Guid.CreateVersion7()}");
        var body = Body("""{"text":"TEXT","deadline":"DEADLINE"}""", "2h");
        var first = await api.Client.PostAsync("/api/emotion", body, key);

        (await api.Client.PostAsync("/api/emotion", body, key)).Id.ShouldBe(first.Id);
        (await api.Client.PostAsync("/api/emotion", Body("""{"text":"TEXT","deadline":"DEADLINE"}""", "3h"), key)).ShouldBeProblem(422, "idempotency-key-reused");
    }

    [Fact]
    public async Task An_item_of_a_batch_has_its_own_deadline_or_that_of_the_batch()
    {
        var key = ("Idempotency-Key", $"{Guid.CreateVersion7()}");
        var days = Enumerable.Range(7, 3).Select(ahead => $"{TimeProvider.System.GetUtcNow().AddDays(ahead):yyyy-MM-dd}T00:00:00").ToArray();
        string[] items =
        [
            $$$"""{"kind":"emotion","input":{"text":"hold batch deadline"},"deadline":"{{{days[1]}}}Z"}""",
            """{"kind":"emotion","input":{"text":"hold batch deadline"}}""",
        ];
        var batch = await api.Client.PostLinesAsync($"/api/jobs/batch?deadline={days[0]}Z", items, key);
        await api.Worker.StartedAsync("hold batch deadline");

        var jobs = (await api.Client.GetAsync("/api/jobs?kind=emotion&limit=200")).Json.GetProperty("jobs").EnumerateArray()
            .Where(job => job.TryGetProperty("batch_id", out var id) && id.GetString() == batch.Id).Select(job => job.GetProperty("deadline").GetString());

        jobs.Order().ShouldBe([$"{days[0]}+00:00", $"{days[1]}+00:00"]);
        (await api.Client.PostLinesAsync($"/api/jobs/batch?deadline={days[0]}Z", items, key)).Id.ShouldBe(batch.Id);
        (await api.Client.PostLinesAsync($"/api/jobs/batch?deadline={days[2]}Z", items, key)).ShouldBeProblem(422, "idempotency-key-reused");
        api.Worker.Release("hold batch deadline");
    }

    private string Body(string template, string deadline) => template.Replace("TEXT", _text, StringComparison.Ordinal).Replace("DEADLINE", deadline, StringComparison.Ordinal);
}
