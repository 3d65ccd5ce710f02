using Dapper;
using Pipeline.Core.Postgres;
using Pipeline.Core.Schedules;
using Pipeline.Scheduler.Tests.Schedules;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Scheduler.Tests;

/// <summary>What a scheduler deletes and reports on is by the database's clock.</summary>
public sealed class WrongClockTests : IAsyncLifetime
{
    private PostgresDatabase? _database;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PostgresDatabase Database => _database!;

    public async ValueTask InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    [Theory]
    [InlineData(35)]
    [InlineData(-35)]
    public async Task No_day_of_today_is_dropped_and_no_night_is_made_that_has_not_been(int days)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync("update clients set created_at = now() - interval '3 days'");
        await using var process = await StartAsync(new ShiftedTime(TimeSpan.FromDays(days)));
        var (today, old) = (Guid.CreateVersion7(), Guid.CreateVersion7(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(40)));
        await connection.ExecuteAsync(
            """
            insert into jobs (id, client_id, kind, queue, state, input, finished_at) values
            (@today, @today, 'emotion', 'emotion', 'succeeded', '{}', now()), (@old, @old, 'emotion', 'emotion', 'succeeded', '{}', now() - interval '39 days')
            """,
            new { today, old });

        await RunAsync("retention");
        await RunAsync("nightly-reports");

        (await connection.QueryAsync<Guid>("select id from jobs where queue = 'emotion'")).ShouldBe([today]);
        (await connection.ExecuteScalarAsync<string>("select tableoid::regclass::text from jobs where id = @today", new { today })).ShouldNotBe("jobs_default");
        (await connection.QuerySingleAsync<(bool None, bool Some)>(
            "select coalesce(bool_and(first_day < (now() at time zone 'Asia/Seoul')::date), true), count(*) > 0 from activity_reports where scope = 'night'")).ShouldBe((true, true));
    }

    [Fact]
    public async Task A_clock_that_is_set_wrong_while_the_scheduler_runs_deletes_nothing()
    {
        var machine = new ShiftedTime(TimeSpan.Zero);
        await using var process = await StartAsync(machine);
        await using var connection = await Database.DataSource.OpenConnectionAsync(Token);
        var id = Guid.CreateVersion7();
        await connection.ExecuteAsync(
            "insert into jobs (id, client_id, kind, queue, state, input, finished_at) values (@id, @id, 'emotion', 'emotion', 'succeeded', '{}', now())", new { id });

        machine.By = TimeSpan.FromDays(35);
        await RunAsync("retention");

        (await connection.ExecuteScalarAsync<int>("select count(*)::int from jobs where id = @id", new { id })).ShouldBe(1);
    }

    private Task<SchedulerProcess> StartAsync(ShiftedTime machine) =>
        SchedulerProcess.StartAsync(Database.ConnectionString, new DatabaseClock(machine), pipeline => pipeline.AddScheduler());

    private async Task RunAsync(string task)
    {
        var store = new ScheduleStore(Database.DataSource);
        await store.RequestAsync(task, Token);
        await ScheduleSuite.WaitUntilAsync(async () => await store.FindAsync(task, Token) is { LastOutcome: ScheduleOutcome.Succeeded, RequestedAt: null });
    }
}
