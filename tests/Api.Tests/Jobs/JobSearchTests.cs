using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Clients;

namespace Pipeline.Api.Tests.Jobs;

public sealed class JobSearchTests(KeyedApi keyed, LocalApi local) : IClassFixture<KeyedApi>
{
    [Fact]
    public async Task Jobs_are_found_by_queue_error_and_time()
    {
        var failed = (await local.Client.PostAsync("/api/emotion", """{"text":"reject the search"}""", ("Prefer", "wait=60"))).Json.GetProperty("id").GetString();

        Ids(await local.Client.GetAsync("/api/jobs?queue=emotion&error_code=rejected&state=failed&limit=200")).ShouldContain(failed);
        Ids(await local.Client.GetAsync("/api/jobs?error_code=timeout&limit=200")).ShouldNotContain(failed);
        Ids(await local.Client.GetAsync("/api/jobs?created_before=2020-01-01T00:00:00Z")).ShouldBeEmpty();
        Ids(await local.Client.GetAsync("/api/jobs?created_after=2020-01-01T00:00:00Z&error_code=rejected&limit=200")).ShouldContain(failed);
        Ids(await local.Client.GetAsync("/api/jobs?state=running")).ShouldNotContain(failed);
        (await local.Client.GetAsync("/api/jobs?queue=nowhere")).ShouldBlame("queue", "emotion");
        (await local.Client.GetAsync("/api/jobs?created_after=yesterday")).ShouldBlame("created_after", "RFC 3339");
        (await local.Client.GetAsync("/api/jobs?batch=7")).ShouldBlame("batch", "UUID");
    }

    [Fact]
    public async Task What_failed_is_counted_by_code_and_of_a_batch_retried_alone()
    {
        var batch = (await local.Client.PostAsync("/api/jobs/batch?kind=emotion", """[{"text":"reject b1"},{"text":"reject b2"},{"text":"fine b3"}]""")).Json.GetProperty("id").GetString();
        await TestSupport.Pipelines.Eventually.TrueAsync(async () => (await local.Client.GetAsync($"/api/batches/{batch}")).Json.GetProperty("state").GetString() is "finished");

        var failures = (await local.Client.GetAsync($"/api/jobs/failures?batch={batch}")).Json.GetProperty("failures").EnumerateArray().ToArray().ShouldHaveSingleItem();
        failures.GetProperty("code").GetString().ShouldBe("rejected");
        failures.GetProperty("count").GetInt32().ShouldBe(2);
        failures.GetProperty("example").GetProperty("message").GetString().ShouldBe("The script says so.");
        Ids(await local.Client.GetAsync($"/api/jobs?batch={batch}&state=failed")).Length.ShouldBe(2);
        (await local.Client.GetAsync("/api/jobs/failures")).Json.GetProperty("looked_at_max").GetInt32().ShouldBe(10_000);
        (await local.Client.PostAsync("/api/jobs/retry", $$"""{"batch":"{{batch}}","dry_run":true}""")).Json.GetProperty("matched").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task What_a_job_was_asked_is_told_to_its_client_alone()
    {
        var (client, _) = await keyed.NewClientAsync();
        var (stranger, _) = await keyed.NewClientAsync();
        var (steward, _) = await keyed.NewClientAsync(Role.Operator);
        var id = (await client.PostAsync("/api/emotion", """{"text":"a secret"}""")).Json.GetProperty("id").GetString();

        (await client.GetAsync($"/api/jobs/{id}/input")).Json.GetProperty("text").GetString().ShouldBe("a secret");
        (await stranger.GetAsync($"/api/jobs/{id}/input")).ShouldBeProblem(404, "job-not-found");
        (await stranger.GetAsync($"/api/jobs/{id}?client=*")).ShouldBeProblem(403, "forbidden");
        (await steward.GetAsync($"/api/jobs/{id}")).ShouldBeProblem(404, "job-not-found");
        (await steward.GetAsync($"/api/jobs/{id}?client=*")).Json.GetProperty("client").GetString().ShouldStartWith("client-");
        (await steward.GetAsync($"/api/jobs/{id}/input?client=*")).ShouldBeProblem(403, "forbidden").Says("Console:ShowTexts");
    }

    [Fact]
    public async Task Jobs_are_found_by_the_model_that_made_their_results()
    {
        var done = await local.Client.PostAsync("/api/emotion", """{"text":"by a model","cache":false}""", ("Prefer", "wait=60"));
        var failed = await local.Client.PostAsync("/api/emotion", """{"text":"reject by a model"}""", ("Prefer", "wait=60"));

        done.Json.GetProperty("model").GetString().ShouldBe("scripted");
        var found = Ids(await local.Client.GetAsync("/api/jobs?model=scripted&limit=200"));
        found.ShouldContain(done.Id);
        found.ShouldNotContain(failed.Id);
        Ids(await local.Client.GetAsync("/api/jobs?model=another")).ShouldBeEmpty();
        (await local.Client.GetAsync("/api/jobs?model=%00")).ShouldBlame("model", "NUL");
        (await local.Client.PostAsync("/api/jobs/erase", """{"model":"another","dry_run":true}""")).Json.GetProperty("matched").GetInt32().ShouldBe(0);
        (await local.Client.PostAsync("/api/jobs/erase", """{"model":"scripted","dry_run":true}""")).Json.GetProperty("matched").GetInt32().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Jobs_are_found_by_both_ends_of_their_ids_and_by_the_beginning_of_their_keys()
    {
        var (client, _) = await keyed.NewClientAsync();
        var (stranger, _) = await keyed.NewClientAsync();
        var (steward, _) = await keyed.NewClientAsync(Role.Operator);
        List<string> ids = [];
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, (await client.PostAsync("/api/emotion", $$"""{"text":"order {{i}}"}""", ("Idempotency-Key", $"order-{i % 2}-{i}"))).Id);
        }

        foreach (var text in (string[])[ids[1], ids[1].ToUpperInvariant(), ids[1][..35], ids[1][^8..], "…" + ids[1][^12..], "order-1-3", "order-1-3 "])
        {
            Ids(await client.GetAsync($"/api/jobs?id_or_key={Uri.EscapeDataString(text)}")).ShouldBe([ids[1]], text);
        }

        Ids(await client.GetAsync("/api/jobs?id_or_key=order-1")).ShouldBe([ids[1], ids[3]]);
        Ids(await client.GetAsync("/api/jobs?id_or_key=order-&kind=emotion&state=queued")).ShouldBe(ids);
        Ids(await client.GetAsync("/api/jobs?id_or_key=0")).ShouldBe(ids);
        Ids(await client.GetAsync("/api/jobs?id_or_key=order-&kind=chat")).ShouldBeEmpty();
        Ids(await client.GetAsync("/api/jobs?id_or_key=rder-")).ShouldBeEmpty();
        Ids(await client.GetAsync("/api/jobs?id_or_key=o%25")).ShouldBeEmpty();

        var page = await client.GetAsync("/api/jobs?id_or_key=order-&limit=2");
        Ids(page).ShouldBe(ids[..2]);
        Ids(await client.GetAsync(page.Json.GetProperty("links").GetProperty("next").GetString()!)).ShouldBe(ids[2..4]);

        Ids(await stranger.GetAsync("/api/jobs?id_or_key=order-")).ShouldBeEmpty();
        Ids(await stranger.GetAsync($"/api/jobs?id_or_key={ids[0]}")).ShouldBeEmpty();
        Ids(await steward.GetAsync($"/api/jobs?client=*&id_or_key={ids[0]}")).ShouldBe([ids[0]]);
        Ids(await steward.GetAsync("/api/jobs?client=*&id_or_key=order-")).ShouldBeEmpty();
        (await client.GetAsync("/api/jobs?id_or_key=two%20words")).ShouldBlame("id_or_key", "beginning");
        (await client.GetAsync("/api/jobs?id_or_key=%EC%A3%BC")).ShouldBlame("id_or_key", "ASCII");
    }

    [Fact]
    public async Task An_end_of_an_id_that_could_be_a_time_is_found_unless_there_are_jobs_of_that_time()
    {
        var (client, _) = await keyed.NewClientAsync();
        var id = (await client.PostAsync("/api/emotion", """{"text":"a"}""")).Id;
        var ambiguous = id[..^8] + "02bce55f";
        await using (var rename = keyed.Database.DataSource.CreateCommand($"update jobs set id = '{ambiguous}' where id = '{id}'"))
        {
            await rename.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Ids(await client.GetAsync("/api/jobs?id_or_key=02bce55f")).ShouldBe([ambiguous]);
        Ids(await client.GetAsync("/api/jobs?id_or_key=02bce55f&limit=1")).ShouldBe([ambiguous]);
        Ids(await client.GetAsync($"/api/jobs?id_or_key={id[..8]}")).ShouldBe([ambiguous]);
    }

    private static string?[] Ids(Answer answer) => [.. answer.Json.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetString())];
}
