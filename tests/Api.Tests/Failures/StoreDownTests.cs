using Npgsql;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Failures;

public sealed class StoreDownTests
{
    [Fact]
    public async Task Without_the_database_calls_get_503_with_Retry_After_and_health_says_why()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var relay = RelayTo(database);
        await using var host = await ApiHost.StartAsync(Through(relay, database), worker: null);
        using var client = host.Client();
        var job = await client.PostAsync("/api/emotion", """{"text":"a"}""");
        job.Status.ShouldBe(202);
        (await client.GetAsync("/health/ready")).Status.ShouldBe(200);

        relay.Cut();

        ShouldBeUnavailable(await client.PostAsync("/api/emotion", """{"text":"b"}"""));
        ShouldBeUnavailable(await client.GetAsync($"/api/jobs/{job.Id}"));
        ShouldBeUnavailable(await client.GetAsync("/api/jobs"));
        ShouldBeUnavailable(await client.DeleteAsync($"/api/jobs/{job.Id}"));
        ShouldBeUnavailable(await client.GetAsync("/api/jobs", ("X-Api-Key", "pk_unknown")));

        var ready = await client.GetAsync("/health/ready");
        ready.Status.ShouldBe(503);
        ready.Json.GetProperty("status").GetString().ShouldBe("unhealthy");
        ready.Json.GetProperty("parts").GetProperty("postgres").GetProperty("reason").GetString().ShouldNotBeNullOrWhiteSpace();
        (await client.GetAsync("/health")).Status.ShouldBe(503);
        (await client.GetAsync("/health/live")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_job_that_was_accepted_is_answered_as_accepted_though_the_database_leaves_during_the_wait()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var relay = RelayTo(database);
        await using var host = await ApiHost.StartAsync(Through(relay, database), worker: null);
        using var client = host.Client();
        var waiting = client.PostAsync("/api/emotion", """{"text":"a"}""", ("Prefer", "wait=3"));
        await Eventually.TrueAsync(async () => await DispatchedAsync(database) == 1);

        relay.Cut();

        var answer = await waiting;
        answer.Status.ShouldBe(202);
        answer.State.ShouldBe("queued");
        answer.Headers["Location"].ShouldBe($"/api/jobs/{answer.Id}");
    }

    private static TcpRelay RelayTo(PostgresDatabase database)
    {
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return new(server.Host!, server.Port);
    }

    private static string Through(TcpRelay relay, PostgresDatabase database) =>
        new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = relay.Port }.ConnectionString;

    /// <summary>A dispatched job is one whose acceptance has reached the intake, not only the database.</summary>
    private static async Task<long> DispatchedAsync(PostgresDatabase database)
    {
        await using var command = database.DataSource.CreateCommand("select count(*) from dispatches where dispatched_at is not null");
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static void ShouldBeUnavailable(Answer answer)
    {
        answer.ShouldBeProblem(503, "store-unavailable");
        answer.Headers["Retry-After"].ShouldBe("5");
    }
}
