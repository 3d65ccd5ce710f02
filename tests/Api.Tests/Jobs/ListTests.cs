using Pipeline.Api.Tests.Hosting;
using Pipeline.Contracts;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Jobs;

public sealed class ListTests
{
    [Fact]
    public async Task Pages_follow_their_links_to_the_end_newest_first()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();
        var submitted = (await client.PostAsync("/api/emotion", """{"texts":["a","b","c","d","e"]}""")).Json.GetProperty("jobs")
            .EnumerateArray().Select(job => job.GetProperty("id").GetString()!).ToList();

        var listed = new List<string>();
        var pages = 0;
        for (var next = "/api/jobs?state=queued&kind=emotion&limit=2"; next is not null; pages++)
        {
            var page = (await client.GetAsync(next)).Json;
            page.GetProperty("links").GetProperty("self").GetString()!.ShouldContain("state=queued&kind=emotion");
            listed.AddRange(page.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetString()!));
            next = page.GetProperty("links").TryGetProperty("next", out var link) ? link.GetString() : null;
        }

        pages.ShouldBe(3);
        listed.ShouldBe(listed.OrderDescending(StringComparer.Ordinal));
        listed.ShouldBe(submitted, ignoreOrder: true);
    }

    [Fact]
    public async Task A_state_filters()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();
        var kept = await client.PostAsync("/api/emotion", """{"text":"a"}""");
        var canceled = await client.PostAsync("/api/emotion", """{"text":"b"}""");
        await client.DeleteAsync($"/api/jobs/{canceled.Id}");

        var queued = (await client.GetAsync("/api/jobs?state=queued")).Json.GetProperty("jobs");

        queued.EnumerateArray().Select(job => job.GetProperty("id").GetString()).ShouldBe([kept.Id]);
    }

    [Fact]
    public async Task Queues_show_depth_and_workers()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();
        await client.PostAsync("/api/emotion", """{"texts":["a","b"],"priority":"bulk"}""");
        await host.SampleQueuesAsync();

        var queues = (await client.GetAsync("/api/queues")).Json.GetProperty("queues").EnumerateArray()
            .ToDictionary(queue => queue.GetProperty("queue").GetString()!);

        queues.Keys.ShouldBe(JobCatalog.Own.Queues, ignoreOrder: true);
        queues["emotion-bulk"].GetProperty("depth").GetInt32().ShouldBe(2);
        queues["emotion-bulk"].GetProperty("depth_max").GetInt32().ShouldBe(100_000);
        queues["emotion-bulk"].GetProperty("oldest_seconds").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
        queues["emotion"].GetProperty("depth").GetInt32().ShouldBe(0);
        queues["emotion"].TryGetProperty("oldest_seconds", out _).ShouldBeFalse();
        queues["emotion"].GetProperty("workers").GetInt32().ShouldBe(0);
    }
}
