using Dapper;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Services;

namespace Pipeline.Console.Tests;

/// <summary>Where screens read from, and for how long.</summary>
public sealed class ReadingTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string AddFailed = """
        insert into jobs (id, client_id, kind, queue, input, state, finished_at, error_code, attempt) values (@Id, @ClientId, 'emotion', 'emotion', '{"text":"a"}', 'failed', now(), 'timeout', 1)
        """;

    private const string AddUsage = """
        insert into usage (day, client_id, kind, model, jobs, prompt_tokens, cached_tokens, completion_tokens, worker_seconds)
        values (current_date, @ClientId, 'emotion', 'of-the-replica', 1, 1, 0, 0, 1)
        """;

    private static readonly (string Table, string Path)[] Tables =
    [
        ("jobs", "/jobs"), ("jobs", "/"), ("usage", "/usage"), ("audit", "/audit"), ("batches", "/batches"), ("documents", "/documents"),
        ("webhook_deliveries", "/webhooks"), ("prompts", "/prompts"), ("schedules", "/schedules"),
    ];

    [Fact]
    public async Task Lists_sums_and_failures_are_read_from_the_replica_and_a_job_itself_from_the_database()
    {
        await using var replica = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, new ScriptedEmotion(), ("Postgres:ReadConnectionString", replica.ConnectionString));
        using var client = host.Client();
        var here = (await client.PostAsync("/api/jobs", """{"kind":"emotion","input":{"text":"here"}}""", ("Prefer", "wait=60"))).Id;
        var there = Guid.CreateVersion7();
        await using var connection = await replica.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(AddFailed, new { Id = there, ClientId = Client.Local.Id });
        await connection.ExecuteAsync(AddUsage, new { ClientId = Client.Local.Id });
        using Visitor visitor = new(host.Address);

        var jobs = (await visitor.GetAsync("/jobs")).Ok().Html;
        jobs.ShouldContain(there.ToString());
        jobs.ShouldNotContain(here);
        (await visitor.GetAsync("/")).Ok().Html.ShouldContain($"/jobs/{there}");
        (await visitor.GetAsync("/usage?by=model")).Ok().Text.ShouldContain("of-the-replica");
        (await visitor.GetAsync($"/jobs/{here}")).Ok();
        (await visitor.GetAsync($"/jobs/{there}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_replica_that_does_not_answer_takes_the_lists_with_it_and_nothing_else()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, new ScriptedEmotion(), ("Postgres:ReadConnectionString", "Host=127.0.0.1;Port=1;Username=nobody;Password=none;Database=none"));
        using var client = host.Client();
        var id = (await client.PostAsync("/api/jobs", """{"kind":"emotion","input":{"text":"still"}}""", ("Prefer", "wait=60"))).Id;
        using Visitor visitor = new(host.Address);

        (await visitor.GetAsync("/jobs")).Ok().Text.ShouldContain("PostgreSQL does not answer");
        (await visitor.GetAsync($"/jobs/{id}")).Ok().Text.ShouldContain("succeeded");
    }

    [Fact]
    public async Task A_screen_whose_query_takes_too_long_says_so()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(own.ConnectionString, worker: null, ("Postgres:ReadTimeout", "00:00:00.500"));
        using Visitor visitor = new(host.Address);
        await using var connection = await own.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        foreach (var (table, path) in Tables)
        {
            await visitor.GetAsync(path);
            await using (var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
            {
                // Whoever reads the table waits for this transaction, which ends after the page.
                await connection.ExecuteAsync($"lock table {table} in access exclusive mode");

                var page = (await visitor.GetAsync(path)).Ok().Text;
                page.Contains("took longer than 00:00:00.5000000 (Postgres:ReadTimeout)", StringComparison.Ordinal).ShouldBeTrue($"{path}: {page}");
            }

            (await visitor.GetAsync(path)).Ok().Text.ShouldNotContain("Postgres:ReadTimeout", Case.Sensitive, path);
        }
    }
}
