using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Jobs;

public sealed class SubmitTests(LocalApi api)
{
    [Fact]
    public async Task An_accepted_job_says_where_it_is()
    {
        var answer = await api.Client.PostAsync("/api/emotion", """{"text":"hello"}""");

        answer.Status.ShouldBe(202);
        answer.Headers["Location"].ShouldBe($"/api/jobs/{answer.Id}");
        answer.Json.GetProperty("kind").GetString().ShouldBe("emotion");
        answer.Json.GetProperty("queue").GetString().ShouldBe("emotion");
        answer.Json.GetProperty("priority").GetString().ShouldBe("interactive");
        answer.Json.GetProperty("attempt").GetInt32().ShouldBe(0);
        answer.State.ShouldBe("queued");
        Guid.Parse(answer.Id).Version.ShouldBe(7);
        answer.Json.GetProperty("links").GetProperty("self").GetString().ShouldBe($"/api/jobs/{answer.Id}");
    }

    [Fact]
    public async Task Absent_values_are_absent_not_null()
    {
        var answer = await api.Client.PostAsync("/api/emotion", """{"text":"hello"}""");
        answer.Json.EnumerateObject().Select(property => property.Name)
            .ShouldBe(["id", "kind", "queue", "priority", "state", "attempt", "created_at", "links"]);
    }

    [Fact]
    public async Task Any_kind_goes_through_the_jobs_endpoint()
    {
        var answer = await api.Client.PostAsync(
            "/api/jobs", """{"kind":"emotion","input":{"text":"안녕 😀"},"priority":"bulk"}""", ("Prefer", "wait=60"));

        answer.Status.ShouldBe(200);
        answer.State.ShouldBe("succeeded");
        answer.Json.GetProperty("queue").GetString().ShouldBe("emotion-bulk");
        answer.Json.GetProperty("priority").GetString().ShouldBe("bulk");
        answer.Json.GetProperty("result").GetProperty("emotion").GetString().ShouldBe("joy");
    }

    [Fact]
    public async Task Texts_are_answered_in_their_order()
    {
        var answer = await api.Client.PostAsync("/api/emotion", """{"texts":["reject 1","b","reject 2","d"]}""", ("Prefer", "wait=60"));

        answer.Status.ShouldBe(200);
        answer.Json.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("state").GetString())
            .ShouldBe(["failed", "succeeded", "failed", "succeeded"]);
    }

    [Fact]
    public async Task One_text_in_a_list_is_answered_as_a_list() =>
        (await api.Client.PostAsync("/api/emotion", """{"texts":["a"]}""")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(1);

    [Fact]
    public async Task A_rejected_job_tells_why()
    {
        var answer = await api.Client.PostAsync("/api/emotion", """{"text":"reject me"}""", ("Prefer", "wait=60"));

        answer.State.ShouldBe("failed");
        answer.Json.GetProperty("error").GetProperty("code").GetString().ShouldBe("rejected");
        answer.Json.GetProperty("error").GetProperty("message").GetString().ShouldBe("The script says so.");
        answer.Json.GetProperty("links").GetProperty("retry").GetString().ShouldBe($"/api/jobs/{answer.Id}/retry");
        answer.Json.TryGetProperty("result", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task An_expiry_is_kept_in_UTC()
    {
        var at = TimeProvider.System.GetUtcNow().AddHours(1);
        var text = at.ToOffset(TimeSpan.FromHours(9)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", null);
        var answer = await api.Client.PostAsync("/api/emotion", $$"""{"text":"hello","expires_at":"{{text}}"}""");

        var stored = await api.Client.GetAsync($"/api/jobs/{answer.Id}");
        stored.Json.GetProperty("expires_at").GetDateTimeOffset().ShouldBe(at, TimeSpan.FromSeconds(1));
        stored.Json.GetProperty("expires_at").GetDateTimeOffset().Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Cancel_After_becomes_an_expiry()
    {
        var before = TimeProvider.System.GetUtcNow();
        var answer = await api.Client.PostAsync("/api/emotion", """{"text":"hello"}""", ("Cancel-After", "3600"));
        answer.Json.GetProperty("expires_at").GetDateTimeOffset().ShouldBeGreaterThan(before.AddSeconds(3599));
    }

    [Fact]
    public async Task The_finished_job_has_its_times_and_its_result_as_stored()
    {
        var answer = await api.Client.PostAsync("/api/emotion", """{"text":"hello"}""", ("Prefer", "wait=60"));

        answer.Status.ShouldBe(200);
        answer.Headers["Preference-Applied"].ShouldBe("wait=60");
        answer.Json.GetProperty("attempt").GetInt32().ShouldBe(1);
        answer.Json.GetProperty("started_at").GetDateTimeOffset().ShouldBeLessThanOrEqualTo(answer.Json.GetProperty("finished_at").GetDateTimeOffset());
        answer.Json.GetProperty("result").GetProperty("scores").GetProperty("joy").GetDouble().ShouldBe(0.9);
        answer.Json.GetProperty("result").ValueKind.ShouldBe(JsonValueKind.Object);
    }
}
