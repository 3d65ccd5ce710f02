using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
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
        var first = Runner(task).RunAsync("alone", Token);
        await task.NextRunAsync();

        await Runner(task).RunAsync("alone", Token);
        task.Started.ShouldBe(1);

        end.SetResult();
        await first;
        await Runner(task).RunAsync("alone", Token);
        task.Started.ShouldBe(2);
    }

    [Fact]
    public async Task Failure_frees_the_task_and_reaches_the_caller()
    {
        var task = new ProbeTask { Id = "failing", Work = _ => throw new InvalidOperationException("On purpose.") };

        (await Should.ThrowAsync<InvalidOperationException>(() => Runner(task).RunAsync("failing", Token))).Message.ShouldBe("On purpose.");
        await Should.ThrowAsync<InvalidOperationException>(() => Runner(task).RunAsync("failing", Token));

        task.Started.ShouldBe(2);
    }

    [Fact]
    public async Task Task_that_takes_too_long_is_stopped_and_says_which_option_to_raise()
    {
        var task = new ProbeTask { Id = "slow", Work = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token) };

        var failure = await Should.ThrowAsync<TimeoutException>(
            () => Runner(task, TimeSpan.FromMilliseconds(50)).RunAsync("slow", Token));

        failure.Message.ShouldContain("Scheduler:TaskTimeout");
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

    private TaskRunner Runner(ProbeTask task, TimeSpan? timeout = null) => new(
        new RecurringTasks([task]),
        database.DataSource,
        Options.Create(new SchedulerOptions { TaskTimeout = timeout ?? TimeSpan.FromMinutes(1) }),
        TimeProvider.System,
        NullLogger<TaskRunner>.Instance);
}
