using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Schedules;
using Pipeline.Scheduler.Tests.Schedules;
using Pipeline.TestSupport.Services;

namespace Pipeline.Scheduler.Tests;

public sealed class TaskRunnerTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Task_does_not_run_beside_itself_but_runs_again_afterwards()
    {
        var end = new TaskCompletionSource();
        var task = new ProbeTask { Id = "alone", Work = _ => end.Task };
        var first = (await RunnerAsync(task)).RunAsync("alone", Token);
        await task.NextRunAsync();

        await (await RunnerAsync(task)).RunAsync("alone", Token);
        task.Started.ShouldBe(1);

        end.SetResult();
        await first;
        await (await RunnerAsync(task)).RunAsync("alone", Token);
        task.Started.ShouldBe(2);
    }

    [Fact]
    public async Task Failure_frees_the_task_and_reaches_the_caller()
    {
        var task = new ProbeTask { Id = "failing", Work = _ => throw new InvalidOperationException("On purpose.") };

        var runner = await RunnerAsync(task);
        (await Should.ThrowAsync<InvalidOperationException>(() => runner.RunAsync("failing", Token))).Message.ShouldBe("On purpose.");
        await Should.ThrowAsync<InvalidOperationException>(() => runner.RunAsync("failing", Token));

        task.Started.ShouldBe(2);
    }

    [Fact]
    public async Task Task_that_takes_too_long_is_stopped_and_says_which_option_to_raise()
    {
        var task = new ProbeTask { Id = "slow", Work = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token) };

        var runner = await RunnerAsync(task, TimeSpan.FromMilliseconds(50));
        var failure = await Should.ThrowAsync<TimeoutException>(() => runner.RunAsync("slow", Token));

        failure.Message.ShouldContain("Scheduler:TaskTimeout");
        (await FindAsync("slow")).LastOutcome.ShouldBe(ScheduleOutcome.TimedOut);
    }

    [Fact]
    public async Task The_outcome_of_the_last_run_is_told()
    {
        var task = new ProbeTask { Id = "told" };
        var runner = await RunnerAsync(task);
        await runner.RunAsync("told", Token);
        var succeeded = await FindAsync("told");
        (succeeded.LastOutcome, succeeded.LastError).ShouldBe((ScheduleOutcome.Succeeded, null));
        succeeded.LastFinishedAt!.Value.ShouldBeGreaterThanOrEqualTo(succeeded.LastStartedAt!.Value);

        task.Work = _ => throw new InvalidOperationException("On purpose.");
        await Should.ThrowAsync<InvalidOperationException>(() => runner.RunAsync("told", Token));
        var failed = await FindAsync("told");
        (failed.LastOutcome, failed.LastError).ShouldBe((ScheduleOutcome.Failed, "On purpose."));
    }

    [Fact]
    public async Task A_run_reads_as_running_while_it_holds_its_lock_and_as_interrupted_when_its_process_died()
    {
        var end = new TaskCompletionSource();
        var task = new ProbeTask { Id = "dying", Work = _ => end.Task };
        var run = (await RunnerAsync(task)).RunAsync("dying", Token);
        await task.NextRunAsync();
        (await FindAsync("dying")).LastOutcome.ShouldBe(ScheduleOutcome.Running);

        end.SetResult();
        await run;
        (await new ScheduleStore(database.DataSource).TryBeginAsync("dying", asked: false, Token)).ShouldBeTrue(); // By a process that dies now.
        (await FindAsync("dying")).LastOutcome.ShouldBe(ScheduleOutcome.Interrupted);
    }

    [Fact]
    public async Task A_stop_is_told_as_an_interruption()
    {
        var task = new ProbeTask { Id = "stopped", Work = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token) };
        using var stop = new CancellationTokenSource();
        var run = (await RunnerAsync(task)).RunAsync("stopped", stop.Token);
        await task.NextRunAsync();

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => run);

        (await FindAsync("stopped")).LastOutcome.ShouldBe(ScheduleOutcome.Interrupted);
    }

    [Fact]
    public async Task Occurrences_of_a_paused_task_pass_and_a_run_on_request_happens_once()
    {
        var task = new ProbeTask { Id = "paused" };
        var (runner, store) = (await RunnerAsync(task), new ScheduleStore(database.DataSource));
        (await store.PauseAsync("paused", Token))!.PausedAt.ShouldNotBeNull();

        await runner.RunAsync("paused", Token);
        task.Started.ShouldBe(0);

        await store.RequestAsync("paused", Token);
        (await store.RequestedAsync(Token)).ShouldContain("paused");
        await runner.RunAskedAsync("paused", Token);
        await runner.RunAskedAsync("paused", Token);
        task.Started.ShouldBe(1);

        (await store.ResumeAsync("paused", Token))!.PausedAt.ShouldBeNull();
        await runner.RunAsync("paused", Token);
        task.Started.ShouldBe(2);
    }

    [Fact]
    public void Unknown_time_zone_is_one_sentence()
    {
        var refusal = Should.Throw<StartupException>(() => new RecurringTasks([new ProbeTask { TimeZone = "Asia/Nowhere" }]));

        refusal.Message.ShouldBe(
            "This system knows no time zone 'Asia/Nowhere', which the recurring task 'probe' runs in. Set Scheduler:TimeZone to an IANA name such as Asia/Seoul, or install tzdata.");
    }

    [Fact]
    public void Retry_delays_double()
    {
        new SchedulerOptions().RetryDelays().ShouldBe([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(4)]);
        new SchedulerOptions { RetriesMax = 0 }.RetryDelays().ShouldBeEmpty();
    }

    private async Task<Schedule> FindAsync(string id) => (await new ScheduleStore(database.DataSource).FindAsync(id, Token))!;

    private async Task<TaskRunner> RunnerAsync(ProbeTask task, TimeSpan? timeout = null)
    {
        var (tasks, store) = (new RecurringTasks([task]), new ScheduleStore(database.DataSource));
        await new ScheduleRegistration(tasks, store).StartingAsync(Token);
        return new(
            tasks,
            database.DataSource,
            store,
            Options.Create(new SchedulerOptions { TaskTimeout = timeout ?? TimeSpan.FromMinutes(1) }),
            TimeProvider.System,
            NullLogger<TaskRunner>.Instance);
    }
}
