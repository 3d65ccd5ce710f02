using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Relay;
using Pipeline.Core.Steering;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>What a broker of our own does to its clients.</summary>
public sealed class BrokerFaultTests(PrivateSystem system) : IClassFixture<PrivateSystem>
{
    [Fact]
    public async Task An_alarm_of_the_broker_is_named_by_health_and_by_one_line_of_log_and_passes_by_itself()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var log = new RecordedLog();
        await using var pipeline = await StartAsync(database, log);
        await pipeline.FinishAsync(await pipeline.SubmitAsync("before"));
        var health = pipeline.Services.GetRequiredService<HealthCheckService>();

        await system.Servers.SetMemoryLimitAsync(0.00001);
        await Eventually.TrueAsync(async () => (await health.CheckHealthAsync()).Status is HealthStatus.Degraded);
        var ids = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => pipeline.SubmitAsync($"text {i}")));
        (await health.CheckHealthAsync()).Entries["broker-alarm"].Description.ShouldNotBeNull().ShouldContain("low on memory");
        await system.Servers.SetMemoryLimitAsync(null);

        (await Task.WhenAll(ids.Select(pipeline.FinishAsync))).ShouldAllBe(job => job.State == JobState.Succeeded && job.Attempt == 1);
        await Eventually.TrueAsync(async () => (await health.CheckHealthAsync()).Status is HealthStatus.Healthy);
        log.Lines.Where(line => line.Level > LogLevel.Information && !line.Text.Contains("HealthChecks", StringComparison.Ordinal))
            .ShouldHaveSingleItem().Text.ShouldContain("RabbitMQ blocks publishers: low on memory");
        log.Count("RabbitMQ takes messages again").ShouldBe(1);
    }

    [Fact]
    public async Task No_transaction_is_open_while_the_relay_waits_for_the_broker()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var queue = "";
        await using var pipeline = await StartAsync(database, new RecordedLog(), settings =>
        {
            queue = settings["Broker:QueuePrefix"] + "emotion";
            settings["Broker:ConfirmTimeout"] = "00:00:05";
        });
        await pipeline.FinishAsync(await pipeline.SubmitAsync("the queue is there"));
        var pauses = pipeline.Services.GetRequiredService<PauseStore>();
        await pauses.PauseAsync(PauseScope.Queue, "emotion", ["emotion"], clientId: null, reason: null, Client.LocalId, CancellationToken.None);
        List<Guid> ids = [];
        await Eventually.TrueAsync(async () =>
        {
            ids.Add(await pipeline.SubmitAsync($"text {ids.Count}"));
            return await AnyAsync("select exists (select from dispatches where dispatched_at is null)");
        });
        ids.AddRange(await Task.WhenAll(Enumerable.Range(0, 20).Select(i => pipeline.SubmitAsync($"more {i}"))));
        await system.Servers.SuspendQueueAsync(queue);
        await pauses.ResumeAsync(PauseScope.Queue, "emotion", CancellationToken.None);

        // From when the relay has marked them until it gives them back, which is as long as it waits for the broker.
        await Eventually.TrueAsync(() => AnyAsync("select exists (select from dispatches where dispatched_at is not null)"));
        var looks = 0;
        await Eventually.TrueAsync(async () =>
        {
            looks++;
            (await AnyAsync("""
                select exists (select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%' and now() - state_change > interval '200 ms')
                """)).ShouldBeFalse();
            return await AnyAsync("select exists (select from dispatches where ahead and dispatched_at is null)");
        });
        looks.ShouldBeGreaterThan(10);
        await system.Servers.ResumeQueueAsync(queue);

        (await Task.WhenAll(ids.Select(pipeline.FinishAsync))).ShouldAllBe(job => job.State == JobState.Succeeded);

        async Task<bool> AnyAsync(string sql)
        {
            await using var command = database.DataSource.CreateCommand(sql);
            return (bool)(await command.ExecuteScalarAsync())!;
        }
    }

    [Fact]
    public async Task A_job_that_takes_longer_than_the_broker_waits_for_an_acknowledgement_stops_nobody()
    {
        await system.Servers.SetConsumerTimeoutAsync(TimeSpan.FromSeconds(4));
        await using var database = await PostgresDatabase.CreateAsync();
        var log = new RecordedLog();
        await using var pipeline = await StartAsync(database, log);
        var release = new TaskCompletionSource();
        pipeline.Script.Run = async (job, _, cancellationToken) =>
        {
            if (job.Text == "long")
            {
                await release.Task.WaitAsync(cancellationToken);
            }

            return HandlerScript.Neutral;
        };
        var before = await system.Servers.CountConsumerTimeoutsAsync();
        var id = await pipeline.SubmitAsync("long");
        await pipeline.CalledAsync();
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(12))
        {
            await pipeline.FinishAsync(await pipeline.SubmitAsync("short"));
        }

        release.SetResult();
        var job = await pipeline.FinishAsync(id);
        (job.State, job.Attempt).ShouldBe((JobState.Succeeded, 1));
        log.Lines.Where(line => line.Level > LogLevel.Information).ShouldBeEmpty();
        (await system.Servers.CountConsumerTimeoutsAsync()).ShouldBe(before);
        await system.Servers.SetConsumerTimeoutAsync(TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task A_channel_that_the_broker_closes_is_replaced_at_once()
    {
        await system.Servers.SetConsumerTimeoutAsync(TimeSpan.FromSeconds(2));
        await using var database = await PostgresDatabase.CreateAsync();
        var log = new RecordedLog();
        await using var pipeline = await StartAsync(database, log, settings => settings["Queues:emotion:Prefetch"] = "1");
        var release = new TaskCompletionSource();
        pipeline.Script.Run = async (_, _, cancellationToken) =>
        {
            await release.Task.WaitAsync(cancellationToken);
            return HandlerScript.Neutral;
        };

        // One runs; one is held for a slot, longer than the broker waits.
        List<Guid> ids = [await pipeline.SubmitAsync("runs"), await pipeline.SubmitAsync("held")];
        var before = await system.Servers.CountConsumerTimeoutsAsync();
        await Eventually.TrueAsync(async () => await system.Servers.CountConsumerTimeoutsAsync() > before);
        await system.Servers.SetConsumerTimeoutAsync(TimeSpan.FromMinutes(30));
        var closed = TimeProvider.System.GetTimestamp();
        release.SetResult();
        ids.Add(await pipeline.SubmitAsync("new"));

        (await Task.WhenAll(ids.Select(pipeline.FinishAsync))).ShouldAllBe(job => job.State == JobState.Succeeded && job.Attempt == 1);
        TimeProvider.System.GetElapsedTime(closed).ShouldBeLessThan(TimeSpan.FromSeconds(60)); // Of 240 that were seen.
        await system.Servers.CloseConnectionsAsync();
        (await pipeline.FinishAsync(await pipeline.SubmitAsync("after"))).State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public async Task A_database_that_is_away_for_longer_than_the_broker_waits_stops_nobody()
    {
        await system.Servers.SetConsumerTimeoutAsync(TimeSpan.FromSeconds(9));
        await using var database = await PostgresDatabase.CreateAsync();
        var log = new RecordedLog();
        await using var pipeline = await StartAsync(database, log, settings => settings["Worker:HoldMax"] = "00:00:01");
        await pipeline.FinishAsync(await pipeline.SubmitAsync("before"));
        var before = await system.Servers.CountConsumerTimeoutsAsync();

        // To the worker alone: what it wants to claim is locked.
        var id = Guid.CreateVersion7();
        await using (var connection = await database.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var job = new NpgsqlCommand("insert into jobs (id, client_id, kind, queue, input) values ($1, $2, 'emotion', 'emotion', '{\"text\":\"a\"}')", connection);
            job.Parameters.Add(new() { Value = id });
            job.Parameters.Add(new() { Value = Pipeline.Core.Clients.Client.LocalId });
            await job.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }

        await using (var connection = await database.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var locking = new NpgsqlCommand("select from jobs where id = $1 for update", connection);
            locking.Parameters.Add(new() { Value = id });
            await locking.ExecuteNonQueryAsync();
            await pipeline.Services.GetRequiredService<QueueSender>().SendAsync("emotion", new JobReady(id), CancellationToken.None);
            await using var sleeping = new NpgsqlCommand("select pg_sleep(14)", connection);
            await sleeping.ExecuteNonQueryAsync();
        }

        (await pipeline.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
        (await system.Servers.CountConsumerTimeoutsAsync()).ShouldBe(before);
        log.Lines.Where(line => line.Level > LogLevel.Information).ShouldBeEmpty();
        await system.Servers.SetConsumerTimeoutAsync(TimeSpan.FromMinutes(30));
    }

    private async Task<TestPipeline> StartAsync(PostgresDatabase database, RecordedLog log, Action<Dictionary<string, string?>>? change = null)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Broker:Url"] = system.Servers.Addresses.Broker;
        change?.Invoke(settings);
        return await TestPipeline.StartAsync(database, settings, roles =>
        {
            roles.AddIntake().AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>();
            log.Record(roles);
        });
    }
}
