using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.Jobs;

public sealed class WaitTests(LocalApi api)
{
    [Fact]
    public async Task A_submission_waits_until_its_job_is_final()
    {
        var text = $"hold {Guid.CreateVersion7()}";
        var waiting = api.Client.PostAsync("/api/emotion", $$"""{"text":"{{text}}"}""", ("Prefer", "wait=60"));
        await api.Worker.StartedAsync(text);
        waiting.IsCompleted.ShouldBeFalse();

        api.Worker.Release(text);

        (await waiting).Status.ShouldBe(200);
        (await waiting).State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_reader_waits_until_the_job_is_final()
    {
        var text = $"hold {Guid.CreateVersion7()}";
        var job = await api.Client.PostAsync("/api/emotion", $$"""{"text":"{{text}}"}""");
        await api.Worker.StartedAsync(text);
        var waiting = api.Client.GetAsync($"/api/jobs/{job.Id}", ("Prefer", "wait=60"));

        api.Worker.Release(text);

        (await waiting).State.ShouldBe("succeeded");
        (await waiting).Headers["Preference-Applied"].ShouldBe("wait=60");
    }

    [Fact]
    public async Task A_wait_that_ends_before_the_job_answers_202_with_the_job_as_it_is()
    {
        // A busy machine may need longer than the wait to run either job.
        await Eventually.TrueAsync(async () =>
        {
            var text = $"hold {Guid.CreateVersion7()}";
            var answer = await api.Client.PostAsync("/api/emotion", $$"""{"texts":["{{text}}","b"]}""", ("Prefer", "wait=1"));

            api.Worker.Release(text);
            answer.Status.ShouldBe(202);
            return answer.Json.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("state").GetString()).SequenceEqual(["running", "succeeded"]);
        });
    }

    [Fact]
    public async Task A_wait_is_cut_to_its_bound_and_says_so()
    {
        var answer = await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", ("Prefer", "wait=99999999999999999999999"));
        answer.Headers["Preference-Applied"].ShouldBe("wait=60");
        answer.Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_canceled_job_ends_the_wait()
    {
        var text = $"hold {Guid.CreateVersion7()}";
        var job = await api.Client.PostAsync("/api/emotion", $$"""{"text":"{{text}}"}""");
        var waiting = api.Client.GetAsync($"/api/jobs/{job.Id}", ("Prefer", "wait=60"));

        (await api.Client.DeleteAsync($"/api/jobs/{job.Id}")).State.ShouldBe("canceled");

        (await waiting).State.ShouldBe("canceled");
    }
}
