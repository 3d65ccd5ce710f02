using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;
using Pipeline.Core.Schedules;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Scheduler.Tests.Schedules;

/// <summary>What operators are promised, whichever library keeps the schedules.</summary>
public abstract class ScheduleSuite : IAsyncLifetime
{
    private PostgresDatabase? _database;

    protected PostgresDatabase Database => _database!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Each_occurrence_runs_once_with_two_schedulers_on_one_database()
    {
        var task = new ProbeTask();
        await using var first = await StartAsync(task);
        await using var second = await StartAsync(task);

        for (var occurrence = 1; occurrence <= 3; occurrence++)
        {
            await MakeDueAsync(task.Id, TimeSpan.FromSeconds(1));
            (await task.NextRunAsync()).ShouldBe(occurrence);
            await WaitUntilIdleAsync(task.Id);
        }

        task.Started.ShouldBe(3);
    }

    [Fact]
    public async Task Occurrences_missed_while_no_scheduler_ran_are_made_up_once()
    {
        var task = new ProbeTask { Cron = "30 3 * * *" };
        await using (await StartAsync(task))
        {
        }

        await MakeDueAsync(task.Id, TimeSpan.FromDays(5));
        await using var later = await StartAsync(task);

        (await task.NextRunAsync()).ShouldBe(1);
        await WaitUntilIdleAsync(task.Id);
        task.Started.ShouldBe(1);
        (await NextOccurrenceAsync(task.Id)).ShouldBe(NextHalfPastThreeInSeoul());
    }

    [Fact]
    public async Task Failed_run_is_retried_as_often_as_allowed_and_no_more()
    {
        var task = new ProbeTask { Work = _ => throw new InvalidOperationException("On purpose.") };
        await using var process = await StartAsync(task);

        await MakeDueAsync(task.Id, TimeSpan.FromSeconds(1));
        for (var run = 1; run <= 3; run++)
        {
            (await task.NextRunAsync()).ShouldBe(run);
        }

        await WaitUntilIdleAsync(task.Id);
        task.Started.ShouldBe(3);
    }

    [Fact]
    public async Task Run_that_a_shutdown_cuts_short_begins_anew_in_another_process()
    {
        var task = new ProbeTask();
        task.Work = async cancellationToken =>
        {
            if (task.Started == 1)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
        };
        await using (await StartAsync(task))
        {
            await MakeDueAsync(task.Id, TimeSpan.FromSeconds(1));
            (await task.NextRunAsync()).ShouldBe(1);
        }

        await using var successor = await StartAsync(task);

        (await task.NextRunAsync()).ShouldBe(2);
        await WaitUntilIdleAsync(task.Id);
        task.Started.ShouldBe(2);
    }

    [Fact]
    public async Task Restart_with_another_time_and_without_a_task_changes_the_schedules()
    {
        await using (await StartAsync(new ProbeTask { Cron = "0 4 * * *" }, new ProbeTask { Id = "old" }))
        {
        }

        await using var later = await StartAsync(new ProbeTask { Cron = "30 3 * * *" });

        (await NextOccurrenceAsync("probe")).ShouldBe(NextHalfPastThreeInSeoul());
        (await ScheduledIdsAsync()).ShouldBe(["probe"]);
    }

    [Fact]
    public async Task Processes_that_start_together_on_an_empty_database_do_not_get_in_each_others_way()
    {
        var task = new ProbeTask();
        var processes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync(task)));

        (await ScheduledIdsAsync()).ShouldBe(["probe"]);
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }

    [Fact]
    public async Task Operators_see_when_a_task_comes_next_and_run_it_before()
    {
        var task = new ProbeTask { Cron = "30 3 * * *" };
        await using var first = await StartAsync(task);
        await using var second = await StartAsync(task);
        var store = new ScheduleStore(Database.DataSource);
        await WaitUntilAsync(async () => (await store.FindAsync(task.Id, Token))?.NextRunAt == NextHalfPastThreeInSeoul());

        await store.RequestAsync(task.Id, Token);
        (await task.NextRunAsync()).ShouldBe(1);
        await WaitUntilAsync(async () => await store.FindAsync(task.Id, Token) is { LastOutcome: ScheduleOutcome.Succeeded, RequestedAt: null });

        task.Started.ShouldBe(1);
        (await NextOccurrenceAsync(task.Id)).ShouldBe(NextHalfPastThreeInSeoul());
    }

    [Fact]
    public async Task An_occurrence_of_a_paused_task_passes_and_is_not_made_up()
    {
        var task = new ProbeTask { Cron = "30 3 * * *" };
        await using var process = await StartAsync(task);
        var store = new ScheduleStore(Database.DataSource);
        await store.PauseAsync(task.Id, Token);

        await MakeDueAsync(task.Id, TimeSpan.FromSeconds(1));
        await WaitUntilIdleAsync(task.Id);
        await store.ResumeAsync(task.Id, Token);
        await WaitUntilIdleAsync(task.Id);

        task.Started.ShouldBe(0);
        (await NextOccurrenceAsync(task.Id)).ShouldBe(NextHalfPastThreeInSeoul());
    }

    [Theory]
    [InlineData(12)]
    [InlineData(-12)]
    public async Task Tasks_and_their_retries_are_due_by_the_clock_of_the_pipeline(int days)
    {
        var task = new ProbeTask { Cron = "30 3 * * *", Work = _ => throw new InvalidOperationException("On purpose.") };
        var time = new ShiftedTime(TimeSpan.FromDays(days));
        await using var process = await StartAsync(time, task);
        (await NextOccurrenceAsync(task.Id)).ShouldBe(NextHalfPastThreeInSeoul().AddDays(days));

        await MakeDueAsync(task.Id, TimeSpan.FromDays(-days) + TimeSpan.FromSeconds(1));
        for (var run = 1; run <= 3; run++)
        {
            (await task.NextRunAsync()).ShouldBe(run);
        }

        await WaitUntilAsync(async () => await NextOccurrenceAsync(task.Id) == NextHalfPastThreeInSeoul().AddDays(days));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(-12)]
    public async Task A_scheduler_whose_machine_has_a_wrong_clock_goes_by_the_databases(int days)
    {
        var task = new ProbeTask { Cron = "30 3 * * *" };
        await using var process = await StartAsync(new DatabaseClock(new ShiftedTime(TimeSpan.FromDays(days))), task);

        (await NextOccurrenceAsync(task.Id)).ShouldBe(NextHalfPastThreeInSeoul());
        await MakeDueAsync(task.Id, TimeSpan.FromSeconds(1));
        (await task.NextRunAsync()).ShouldBe(1);
        await WaitUntilIdleAsync(task.Id);
        (await NextOccurrenceAsync(task.Id)).ShouldBe(NextHalfPastThreeInSeoul());
    }

    [Fact]
    public async Task What_a_wrong_clock_ran_on_a_day_to_come_is_scheduled_anew_at_the_next_start()
    {
        var task = new ProbeTask { Cron = "30 3 * * *" };
        await using (await StartAsync(new ShiftedTime(TimeSpan.FromDays(12)), task))
        {
            (await NextOccurrenceAsync(task.Id)).ShouldBe(NextHalfPastThreeInSeoul().AddDays(12));
        }

        await using var later = await StartAsync(task);

        (await NextOccurrenceAsync(task.Id)).ShouldBe(NextHalfPastThreeInSeoul());
    }

    internal Task<SchedulerProcess> StartAsync(params IReadOnlyList<IRecurringTask> tasks) =>
        StartAsync(TimeProvider.System, tasks);

    internal Task<SchedulerProcess> StartAsync(TimeProvider time, params IReadOnlyList<IRecurringTask> tasks) =>
        SchedulerProcess.StartAsync(Database.ConnectionString, time, AddSchedules, tasks);

    internal abstract void AddSchedules(PipelineBuilder pipeline);

    /// <summary>Makes the store believe that the task was due so long ago.</summary>
    internal abstract Task MakeDueAsync(string id, TimeSpan ago);

    /// <summary>Waits until nothing of the task runs, waits to run, or waits for a retry.</summary>
    internal abstract Task WaitUntilIdleAsync(string id);

    internal abstract Task<DateTimeOffset?> NextOccurrenceAsync(string id);

    internal abstract Task<IReadOnlyList<string>> ScheduledIdsAsync();

    /// <summary>Asks again until it is so.</summary>
    internal static async Task WaitUntilAsync(Func<Task<bool>> isSo)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience.Limit);
        while (!await isSo())
        {
            await poll.WaitForNextTickAsync(patience.Token);
        }
    }

    // 18:30 UTC: Korea has no summer time.
    private static DateTimeOffset NextHalfPastThreeInSeoul()
    {
        var now = TimeProvider.System.GetUtcNow();
        var today = new DateTimeOffset(now.Date, TimeSpan.Zero).AddHours(18.5);
        return today > now ? today : today.AddDays(1);
    }
}
