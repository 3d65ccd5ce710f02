using Npgsql;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Failures;

public sealed class StoreDownTests
{
    [Fact]
    public async Task Without_the_database_calls_get_503_with_Retry_After_and_health_says_why()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var relay = new TcpRelay(server.Host!, server.Port);
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = relay.Port };
        await using var host = await ApiHost.StartAsync(connection.ConnectionString, worker: null);
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

    private static void ShouldBeUnavailable(Answer answer)
    {
        answer.ShouldBeProblem(503, "store-unavailable");
        answer.Headers["Retry-After"].ShouldBe("5");
    }
}
