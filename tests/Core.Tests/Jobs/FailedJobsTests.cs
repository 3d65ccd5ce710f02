using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Jobs;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Jobs;

public sealed class FailedJobsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly Guid Oldest = Guid.Parse("00000000-0000-7000-8000-000000000001");

    [Fact]
    public async Task A_job_that_failed_is_found_at_once_behind_more_others_than_a_page_looks_at()
    {
        await using (var connection = await database.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                insert into jobs (id, client_id, kind, queue, state, finished_at, input) values (@Oldest, @LocalId, 'emotion', 'emotion', 'failed', now(), '{}');
                insert into jobs (id, client_id, kind, queue, state, finished_at, input)
                select gen_random_uuid(), @LocalId, 'emotion', 'emotion', 'succeeded', now(), '{}' from generate_series(0, @LookMax);
                analyze jobs
                """,
                new { Oldest, Client.LocalId, JobListStore.LookMax });
        }

        await using var pipeline = await TestPipeline.StartAsync(database);
        var store = pipeline.Services.GetRequiredService<JobListStore>();

        var failed = await store.ListAsync(new() { ClientId = Client.LocalId, State = JobState.Failed, Limit = 10 }, CancellationToken.None);
        failed.Jobs.ShouldHaveSingleItem().Id.ShouldBe(Oldest);
        failed.LookedUntil.ShouldBeNull("all were looked at");
    }
}
