using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Core.Schedules;
using Pipeline.Scheduler.Nights;
using Pipeline.Scheduler.Hangfire;
using Pipeline.Scheduler.SelfTest;
using Pipeline.Scheduler.Tests.Schedules;
using Pipeline.TestSupport.Services;

namespace Pipeline.Scheduler.Tests.Nights;

public sealed class NightlyReportsTests : IAsyncLifetime
{
    private PostgresDatabase? _database;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PostgresDatabase Database => _database!;

    public async ValueTask InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    [Fact]
    public async Task Two_schedulers_make_every_night_of_every_client_once()
    {
        await ExecuteAsync("update clients set created_at = now() - interval '4 days'");
        await ExecuteAsync("insert into clients (id, name, created_at, time_zone) values (gen_random_uuid(), 'far', now() - interval '4 days', 'Pacific/Auckland')");
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        var store = new ScheduleStore(Database.DataSource);

        for (var night = 0; night < 2; night++)
        {
            await store.RequestAsync("nightly-reports", Token);
            await ScheduleSuite.WaitUntilAsync(async () => await store.FindAsync("nightly-reports", Token) is { LastOutcome: ScheduleOutcome.Succeeded, RequestedAt: null });
        }

        // The two clients and all together: four days each, three where the first day was cut off by midnight.
        (await ScalarAsync<int>("select count(distinct coalesce(client_id::text, 'all'))::int from activity_reports")).ShouldBe(3);
        (await ScalarAsync<int>("select count(*)::int from activity_reports")).ShouldBeInRange(9, 15);
        (await ScalarAsync<bool>("select bool_and(nights = last - first + 1) from (select count(*) as nights, max(first_day) as last, min(first_day) as first from activity_reports group by client_id) n"))
            .ShouldBeTrue();
    }

    [Fact]
    public async Task The_nights_of_one_client_that_cannot_be_made_do_not_keep_the_others_from_theirs()
    {
        await ExecuteAsync("insert into clients (id, name, created_at) values ('00000000-0000-0000-0000-0000000000ff', 'damaged', now() - interval '3 days'), (gen_random_uuid(), 'other', now() - interval '3 days')");
        await ExecuteAsync(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'damaged'; end $$;
            create trigger refuse before insert on activity_reports for each row
              when (new.client_id = '00000000-0000-0000-0000-0000000000ff' and new.figures is not null) execute function refuse()
            """);
        await using var process = await StartAsync();
        var task = process.Services.GetServices<IRecurringTask>().OfType<NightlyReportsTask>().Single();

        await Should.ThrowAsync<Npgsql.PostgresException>(() => task.RunAsync(Token));

        (await ScalarAsync<bool>("select count(*) > 0 from activity_reports r join clients c on c.id = r.client_id where c.name = 'other' and figures is not null")).ShouldBeTrue();
        (await ScalarAsync<bool>("select count(*) > 0 from activity_reports r where client_id is null and figures is not null")).ShouldBeTrue();
    }

    [Fact]
    public async Task Self_test_asks_and_tells_at_the_next_run_what_was_answered_wrong()
    {
        await using var process = await StartAsync();
        var task = process.Services.GetServices<IRecurringTask>().OfType<SelfTestTask>().Single();

        await task.RunAsync(Token);
        (await ScalarAsync<int>("select count(*)::int from dispatches where queue = 'emotion-bulk'")).ShouldBe(3);
        (await Should.ThrowAsync<SelfTestException>(() => task.RunAsync(Token))).Message.ShouldContain("is queued, so no worker of emotion-bulk took or finished it");

        await AnswerAsync("case when input ->> 'text' like '%강아지%' then 'sadness' else 'joy' end");
        await task.RunAsync(Token);

        await AnswerAsync("'joy'");
        (await Should.ThrowAsync<SelfTestException>(() => task.RunAsync(Token))).Message.ShouldContain("answered joy, which its text cannot express");
    }

    /// <param name="emotion">SQL.</param>
    private Task AnswerAsync(string emotion) => ExecuteAsync($$"""
        update jobs set state = 'succeeded', result = json_build_object('emotion', {{emotion}}, 'confidence', 1, 'scores', '{}'::json, 'language', 'ko',
               'model', 'm', 'fallback_attempted', false, 'usage', '{"prompt_tokens":1,"cached_tokens":0,"completion_tokens":0}'::json,
               'timings', '{"queued_ms":1,"running_ms":1}'::json)
        """);

    private Task<SchedulerProcess> StartAsync() => SchedulerProcess.StartAsync(Database.ConnectionString, pipeline =>
    {
        pipeline.AddActivityReports();
        pipeline.AddRecurringTask<NightlyReportsTask>();
        pipeline.AddRecurringTask<SelfTestTask>();
        pipeline.AddHangfireSchedules();
    });

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync(sql);
    }

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(Token);
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }
}
