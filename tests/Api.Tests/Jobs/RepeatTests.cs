using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Jobs;

public sealed class RepeatTests(KeyedApi keyed, LocalApi local) : IClassFixture<KeyedApi>
{
    [Fact]
    public async Task A_job_says_which_one_it_repeats_and_that_one_is_asked_for_its_repeats()
    {
        var first = await local.Client.PostAsync("/api/emotion", """{"text":"reject the first"}""", ("Prefer", "wait=60"));
        var again = await local.Client.PostAsync("/api/jobs", $$$"""{"kind":"emotion","input":{"text":"the second"},"resubmitted_from":"{{{first.Id}}}"}""");
        again.Status.ShouldBe(202);
        again.Json.GetProperty("resubmitted_from").GetString().ShouldBe(first.Id);
        var third = await local.Client.PostAsync("/api/emotion", $$"""{"text":"the third","resubmitted_from":"{{first.Id}}"}""", ("Prefer", "wait=60"));

        third.Status.ShouldBe(200);
        (await local.Client.GetAsync($"/api/jobs/{third.Id}")).Json.GetProperty("resubmitted_from").GetString().ShouldBe(first.Id);
        var repeats = (await local.Client.GetAsync($"/api/jobs?resubmitted_from={first.Id}")).Json.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetString());
        repeats.ShouldBe([third.Id, again.Id]);
        (await local.Client.GetAsync($"/api/jobs/{first.Id}")).Json.TryGetProperty("resubmitted_from", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_a_job_of_the_same_client_and_kind_is_repeated()
    {
        var (client, _) = await keyed.NewClientAsync();
        var (stranger, _) = await keyed.NewClientAsync();
        var id = (await client.PostAsync("/api/emotion", """{"text":"mine"}""")).Id;

        (await stranger.PostAsync("/api/emotion", $$"""{"text":"x","resubmitted_from":"{{id}}"}""")).ShouldBlame("resubmitted_from", "another API key");
        (await client.PostAsync("/api/emotion", $$"""{"text":"x","resubmitted_from":"{{Guid.CreateVersion7()}}"}""")).ShouldBlame("resubmitted_from", "no such job");
        (await client.PostAsync("/api/embeddings", $$"""{"text":"x","resubmitted_from":"{{id}}"}""")).ShouldBlame("resubmitted_from", "kind emotion");
        (await client.PostAsync("/api/emotion", """{"text":"x","resubmitted_from":"7"}""")).ShouldBlame("resubmitted_from", "UUID");
        (await client.GetAsync("/api/jobs?resubmitted_from=7")).ShouldBlame("resubmitted_from", "UUID");
        (await stranger.GetAsync($"/api/jobs?resubmitted_from={id}")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task It_makes_another_request_under_the_same_key_and_stays_when_the_first_job_is_erased()
    {
        var key = ("Idempotency-Key", $"repeat-{Guid.CreateVersion7()}");
        var first = await local.Client.PostAsync("/api/emotion", """{"text":"erased soon"}""", ("Prefer", "wait=60"));
        var body = $$"""{"text":"stays","resubmitted_from":"{{first.Id}}"}""";
        var again = await local.Client.PostAsync("/api/emotion", body, key);

        (await local.Client.PostAsync("/api/emotion", body, key)).Id.ShouldBe(again.Id);
        (await local.Client.PostAsync("/api/emotion", """{"text":"stays"}""", key)).ShouldBeProblem(422, "idempotency-key-reused");
        (await local.Client.SendAsync(HttpMethod.Delete, $"/api/jobs/{first.Id}?erase=true", content: null)).Status.ShouldBe(204);
        (await local.Client.GetAsync($"/api/jobs/{again.Id}")).Json.GetProperty("resubmitted_from").GetString().ShouldBe(first.Id);
    }
}
