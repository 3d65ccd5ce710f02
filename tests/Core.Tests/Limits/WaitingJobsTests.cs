using Dapper;
using Pipeline.Core.Intake;
using Pipeline.Core.Limits;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Limits;

public sealed class WaitingJobsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    // Its jobs wait: one is in flight, and there is no worker.
    private static readonly ClientLimits Limits = new() { WaitingJobs = 10, JobsInFlight = 1 };

    private readonly Guid _client = Guid.CreateVersion7();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_jobs_that_are_sent_at_once_no_more_are_accepted_than_may_wait(bool keys)
    {
        await using var pipeline = await AcceptingAsync();
        await AddClientAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => SubmitAsync(pipeline, keys ? new($"key-{i}", [1]) : null)));
        await Eventually.TrueAsync(async () => await CountAsync("dispatched_at is not null") == 1);

        // One more for the one that went, as soon as that is known.
        await Eventually.TrueAsync(async () =>
        {
            await SubmitAsync(pipeline, null);
            return await CountAsync("dispatched_at is null") == 10;
        });
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => SubmitAsync(pipeline, keys ? new($"again-{i}", [1]) : null)));

        var reached = replies.Select(reply => reply.ShouldBeOfType<SubmissionReply.LimitReached>().Limit).First();
        (reached.Name, reached.Current, reached.Max, reached.Wanted).ShouldBe((LimitName.WaitingJobs, 10, 10, 1));
        (await CountAsync("dispatched_at is null")).ShouldBe(10);
        (await CountAsync("true")).ShouldBe(11);
    }

    [Fact]
    public async Task A_request_that_is_refused_takes_no_room()
    {
        await using var pipeline = await AcceptingAsync();
        await AddClientAsync();
        var eleven = TestPipeline.OneJob("text") with { ClientId = _client, Limits = Limits, Jobs = [.. Enumerable.Range(0, 11).Select(_ => TestPipeline.OneJob("text").Jobs[0])] };

        (await pipeline.SubmitAsync(eleven)).ShouldBeOfType<SubmissionReply.LimitReached>().Limit.Wanted.ShouldBe(11);

        (await pipeline.SubmitAsync(eleven with { Jobs = [.. eleven.Jobs.Take(10)] })).ShouldBeOfType<SubmissionReply.Accepted>();
    }

    private async Task<TestPipeline> AcceptingAsync() => await TestPipeline.StartAsync(database, await TestPipeline.SettingsAsync(database), roles => roles.AddIntake());

    private Task<SubmissionReply> SubmitAsync(TestPipeline pipeline, IdempotencyKey? key) =>
        pipeline.SubmitAsync(TestPipeline.OneJob("text", key: key) with { ClientId = _client, Limits = Limits });

    // The relay reads the limit of those who wait.
    private async Task AddClientAsync()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("insert into clients (id, name, jobs_in_flight) values (@Id, @Name, 1)", new { Id = _client, Name = $"client-{_client}" });
    }

    private async Task<int> CountAsync(string condition)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>($"select count(*)::int from dispatches where client_id = @Id and {condition}", new { Id = _client });
    }
}
