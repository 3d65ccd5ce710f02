using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Jobs;

public sealed class PoisonCandidateTests
{
    [Fact]
    public async Task A_job_whose_worker_died_says_so_as_long_as_it_waits()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();
        var job = await client.PostAsync("/api/emotion", """{"text":"a"}""");
        job.Json.TryGetProperty("poison_candidate", out _).ShouldBeFalse();
        await using var command = database.DataSource.CreateCommand("update jobs set deaths = 1, suspects = 2");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        (await client.GetAsync($"/api/jobs/{job.Id}")).Json.GetProperty("poison_candidate").GetBoolean().ShouldBeTrue();
        await client.DeleteAsync($"/api/jobs/{job.Id}");
        (await client.GetAsync($"/api/jobs/{job.Id}")).Json.TryGetProperty("poison_candidate", out _).ShouldBeFalse();
    }
}
