using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Jobs;

public sealed class IdempotencyTests(LocalApi api)
{
    private readonly (string, string) _key = ("Idempotency-Key", $"key-{Guid.CreateVersion7()}");

    [Fact]
    public async Task A_repeat_gets_the_jobs_of_the_first_time()
    {
        var first = await api.Client.PostAsync("/api/emotion", """{"texts":["a","b"]}""", _key);
        var again = await api.Client.PostAsync("/api/emotion", """ { "priority" : "interactive", "texts" : [ "a" , "\u0062" ] } """, _key);

        first.Headers.ShouldNotContainKey("Idempotency-Replayed");
        again.Headers["Idempotency-Replayed"].ShouldBe("true");
        again.Status.ShouldBe(202);
        Ids(again).ShouldBe(Ids(first));
    }

    [Fact]
    public async Task A_repeat_may_wait()
    {
        var first = await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", _key);
        var again = await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", _key, ("Prefer", "wait=60"));

        again.Status.ShouldBe(200);
        again.Id.ShouldBe(first.Id);
        again.State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_repeat_with_Cancel_After_is_still_the_same_request()
    {
        var first = await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", _key, ("Cancel-After", "60"));
        var again = await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", _key, ("Cancel-After", "60"));
        again.Id.ShouldBe(first.Id);
    }

    [Theory]
    [InlineData("""{"text":"b"}""")]
    [InlineData("""{"texts":["a"]}""")]
    [InlineData("""{"text":"a","priority":"bulk"}""")]
    [InlineData("""{"text":"a","expires_at":"EXPIRY"}""")]
    public async Task Another_payload_under_the_key_is_refused(string other)
    {
        var expiry = TimeProvider.System.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);
        await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", _key);
        (await api.Client.PostAsync("/api/emotion", other.Replace("EXPIRY", expiry, StringComparison.Ordinal), _key))
            .ShouldBeProblem(422, "idempotency-key-reused").Says(_key.Item2);
    }

    [Fact]
    public async Task Another_path_under_the_key_is_refused()
    {
        await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", _key);
        (await api.Client.PostAsync("/api/jobs", """{"kind":"emotion","input":{"text":"a"}}""", _key)).ShouldBeProblem(422, "idempotency-key-reused");
    }

    [Fact]
    public async Task A_refused_request_does_not_use_up_its_key()
    {
        (await api.Client.PostAsync("/api/emotion", """{"text":""}""", _key)).Status.ShouldBe(400);
        (await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", _key)).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Concurrent_repeats_make_one_job()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => api.Client.PostAsync("/api/emotion", """{"text":"a"}""", _key)));
        answers.Select(answer => answer.Id).Distinct().Count().ShouldBe(1);
        answers.Count(answer => answer.Headers.ContainsKey("Idempotency-Replayed")).ShouldBe(19);
    }

    private static IEnumerable<string> Ids(Answer answer) =>
        answer.Json.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetString()!);
}
