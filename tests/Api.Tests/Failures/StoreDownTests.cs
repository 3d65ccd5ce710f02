using MassTransit;
using Microsoft.Extensions.DependencyInjection;
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
    public async Task A_database_that_is_read_only_is_as_one_that_is_away_and_the_new_primary_is_found_by_itself()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();
        (await client.PostAsync("/api/emotion", """{"text":"a"}""")).Status.ShouldBe(202);

        // What a demoted primary does: its sessions end, and new ones are read-only.
        await FailOverAsync(database, "set default_transaction_read_only = on");

        ShouldBeUnavailable(await client.PostAsync("/api/emotion", """{"text":"b"}"""));
        ShouldBeUnavailable(await client.PostLinesAsync("/api/jobs/batch?kind=emotion", ["""{"text":"b"}"""]));
        var ready = await client.GetAsync("/health/ready");
        ready.Status.ShouldBe(503);
        ready.Json.GetProperty("parts").GetProperty("postgres").GetProperty("reason").GetString().ShouldNotBeNull().ShouldContain("read-only");

        // From here on nobody ends a session.
        await ExecuteAsync(database, $"alter database {new NpgsqlConnectionStringBuilder(database.ConnectionString).Database} reset default_transaction_read_only");

        (await client.PostAsync("/api/emotion", """{"text":"b"}""")).Status.ShouldBe(202);
        (await client.GetAsync("/health/ready")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Sessions_that_turn_read_only_while_they_are_pooled_are_dropped()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();
        var pool = host.Services.GetRequiredService<NpgsqlDataSource>();
        int session;
        await using (var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            session = connection.ProcessID;
            await using var turn = new NpgsqlCommand("set default_transaction_read_only = on", connection);
            await turn.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        // Whoever gets the session drops it: a loop, or the check, which then says so.
        await Eventually.TrueAsync(async () => (await client.GetAsync("/health/ready")).Status == 503 || !await IsOpenAsync(database, session));
        await Eventually.TrueAsync(async () => !await IsOpenAsync(database, session));
        await Eventually.TrueAsync(async () => (await client.GetAsync("/health/ready")).Status == 200);
    }

    [Fact]
    public async Task A_statement_that_the_database_ends_for_its_length_is_no_bug_of_ours()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();
        await FailOverAsync(database, "set statement_timeout = 50");
        await using var blocking = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await blocking.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("lock table batches in access exclusive mode", blocking);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        ShouldBeUnavailable(await client.PostLinesAsync("/api/jobs/batch?kind=emotion", ["""{"text":"b"}"""]));
    }

    [Fact]
    public async Task A_job_that_was_accepted_is_answered_as_accepted_though_the_database_leaves_during_the_wait()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var relay = RelayTo(database);
        await using var host = await ApiHost.StartAsync(Through(relay, database), worker: null);
        using var client = host.Client();
        using var patience = Patience.Begin();
        var sent = new FirstSend();
        host.Services.GetRequiredService<IBus>().ConnectSendObserver(sent);
        var waiting = client.PostAsync("/api/emotion", """{"text":"a"}""", ("Prefer", "wait=3"));

        // The row alone is there before the API knows that it is committed.
        await sent.Done.WaitAsync(patience.Token);

        relay.Cut();

        var answer = await waiting;
        answer.Status.ShouldBe(202);
        answer.State.ShouldBe("queued");
        answer.Headers["Location"].ShouldBe($"/api/jobs/{answer.Id}");
    }

    /// <summary>A job that is sent is one whose acceptance has reached the intake, not only the database.</summary>
    private sealed class FirstSend : ISendObserver
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public Task PreSend<T>(SendContext<T> context)
            where T : class
        {
            _done.TrySetResult();
            return Task.CompletedTask;
        }

        public Task PostSend<T>(SendContext<T> context)
            where T : class => Task.CompletedTask;

        public Task SendFault<T>(SendContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }

    /// <summary>Changes what new sessions are like, and ends all others but the one that does it.</summary>
    private static async Task FailOverAsync(PostgresDatabase database, string setting)
    {
        await ExecuteAsync(database, $"alter database {new NpgsqlConnectionStringBuilder(database.ConnectionString).Database} {setting}");
        await ExecuteAsync(database, "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
    }

    private static async Task ExecuteAsync(PostgresDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand($"set transaction read write; {sql}");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<bool> IsOpenAsync(PostgresDatabase database, int session)
    {
        await using var command = database.DataSource.CreateCommand($"select exists (select from pg_stat_activity where pid = {session})");
        return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static TcpRelay RelayTo(PostgresDatabase database)
    {
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return new(server.Host!, server.Port);
    }

    private static string Through(TcpRelay relay, PostgresDatabase database) =>
        new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = relay.Port }.ConnectionString;

    private static void ShouldBeUnavailable(Answer answer)
    {
        answer.ShouldBeProblem(503, "store-unavailable");
        answer.Headers["Retry-After"].ShouldBe("5");
    }
}
