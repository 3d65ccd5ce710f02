using Dapper;
using Pipeline.Core.Hosting;
using Pipeline.Scheduler.Quartz;

namespace Pipeline.Scheduler.Tests.Schedules;

public sealed class QuartzScheduleTests : ScheduleSuite
{
    [Fact]
    public async Task Restart_revives_a_schedule_that_quartz_gave_up()
    {
        var task = new ProbeTask();
        await using (await StartAsync(task))
        {
        }

        await ExecuteAsync("update quartz.triggers set trigger_state = 'ERROR' where trigger_name = @Id", new { task.Id });
        await using var later = await StartAsync(task);
        await MakeDueAsync(task.Id, TimeSpan.FromSeconds(1));

        (await task.NextRunAsync()).ShouldBe(1);
    }

    internal override void AddSchedules(PipelineBuilder pipeline) => pipeline.AddQuartzSchedules();

    internal override Task MakeDueAsync(string id, TimeSpan ago) => ExecuteAsync(
        "update quartz.triggers set next_fire_time = @Ticks where trigger_name = @Id",
        new { Id = id, Ticks = (TimeProvider.System.GetUtcNow() - ago).UtcTicks });

    internal override Task WaitUntilIdleAsync(string id) => WaitUntilAsync(async () =>
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.ExecuteScalarAsync<bool>(
            """
            select not exists (select from quartz.fired_triggers where job_name = @Id)
               and not exists (select from quartz.triggers where job_name = @Id
                               and (trigger_state <> 'WAITING' or coalesce(retry_attempt, 0) > 0 or next_fire_time <= @Now))
            """,
            new { Id = id, Now = TimeProvider.System.GetUtcNow().AddMinutes(1).UtcTicks });
    });

    internal override async Task<DateTimeOffset?> NextOccurrenceAsync(string id)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var ticks = await connection.ExecuteScalarAsync<long?>("select next_fire_time from quartz.triggers where trigger_name = @Id", new { Id = id });
        return ticks is { } known ? new DateTimeOffset(known, TimeSpan.Zero) : null;
    }

    internal override async Task<IReadOnlyList<string>> ScheduledIdsAsync()
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return (await connection.QueryAsync<string>("select job_name from quartz.job_details order by job_name")).AsList();
    }

    private async Task ExecuteAsync(string sql, object parameters)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        (await connection.ExecuteAsync(sql, parameters)).ShouldBe(1);
    }
}
