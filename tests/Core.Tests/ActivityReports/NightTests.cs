using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.ActivityReports;
using Pipeline.Core.Encryption;
using Pipeline.Core.Postgres;
using Pipeline.Core.Tests.Encryption;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.ActivityReports;

public sealed class NightTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly TimeSpan Seoul = TimeSpan.FromHours(9);
    private static readonly DateTimeOffset Day = new(2026, 11, 20, 0, 0, 0, Seoul);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Jobs_of_the_clients_own_day_are_counted_by_kind_state_and_hour(bool isEncrypted)
    {
        await using var own = await PostgresDatabase.CreateAsync();
        DateOnlyHandler.Register();
        var vault = isEncrypted ? (await TestVault.OpenAsync(own.DataSource, TimeProvider.System)).Vault : null;
        var days = new JobsOfADay(own.DataSource, Day.AddDays(1).AddMinutes(15), vault: vault);
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        await days.AddAsync(client, Day.AddTicks(-10_000)); // A millisecond too early.
        await days.AddAsync(client, Day.AddDays(1));
        await days.AddEmotionAsync(client, Day, "joy");
        await days.AddEmotionAsync(client, Day.AddHours(23.99), "sadness");
        await days.AddAsync(client, Day.AddHours(9), state: "failed", errorCode: "timeout", queuedMs: 200);
        await days.AddAsync(client, Day.AddHours(9), kind: "feedback", result: """{"score":7,"usage":{"prompt_tokens":10,"cached_tokens":1,"completion_tokens":5}}""");
        await days.AddAsync(client, Day.AddHours(9), kind: "interview", result: """{"evaluation":{"score":4,"comment":"x"}}""");
        await days.AddAsync(client, Day.AddHours(9), kind: "interview", result: """{"message":"no answer to judge yet"}""");

        (await days.MakeNightsAsync(client)).ShouldBe(1);
        var (report, figures) = (await days.NightsAsync(client)).ShouldHaveSingleItem();

        (report.FirstDay, report.TimeZone).ShouldBe((new DateOnly(2026, 11, 20), "Asia/Seoul"));
        figures.Jobs.ShouldBe(6);
        figures.States.ShouldBe(new Dictionary<string, long> { ["succeeded"] = 5, ["failed"] = 1 });
        figures.Periods.Count.ShouldBe(24);
        figures.Periods[0].Start.ShouldBe(Day);
        figures.Periods.Select(period => period.Jobs).Index().Where(hour => hour.Item > 0).ShouldBe([(0, 1), (9, 4), (23, 1)]);
        figures.Periods[9].Kinds!["interview"]["succeeded"].ShouldBe(2);
        figures.Periods[9].Kinds!["emotion"]["failed"].ShouldBe(1);
        figures.Emotions!.Counts.ShouldBe(new Dictionary<string, long> { ["joy"] = 1, ["sadness"] = 1 });
        figures.Emotions.Shares["anger"].ShouldBe(0);
        var emotion = figures.Kinds.Single(kind => kind.Kind == "emotion");
        emotion.Tokens.ShouldBe(new TokenFigures(92, 80, 0));
        emotion.Failures.ShouldBe(new Dictionary<string, long> { ["timeout"] = 1 });
        emotion.Queued!.P50Ms.ShouldBe(10, tolerance: 0.5);
        emotion.Queued.P99Ms.ShouldBe(200, tolerance: 10);
        figures.Kinds.Single(kind => kind.Kind == "feedback").Scores!.Mean.ShouldBe(7);
        figures.Kinds.Single(kind => kind.Kind == "interview").Scores!.Counts.ShouldBe(new Dictionary<int, long> { [4] = 1 });
    }

    [Fact]
    public async Task A_night_that_cannot_be_made_is_given_up_after_a_few_tries_and_the_nights_after_it_are_made()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        var days = new JobsOfADay(own.DataSource, Day.AddDays(2).AddHours(1), new() { AttemptsMax = 2 });
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        await days.ExecuteAsync(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'damaged'; end $$;
            create trigger refuse before insert on activity_reports for each row when (new.first_day = '2026-11-20' and new.figures is not null) execute function refuse()
            """,
            new { });

        (await Should.ThrowAsync<PostgresException>(() => days.MakeNightsAsync(client))).MessageText.ShouldBe("damaged");
        (await days.MakeNightsAsync(client)).ShouldBe(1);
        (await days.MakeNightsAsync(client)).ShouldBe(0);

        var nights = await days.Store.ListAsync(client, seesAll: false, new() { Limit = 10 }, TestContext.Current.CancellationToken);
        nights.OrderBy(night => night.FirstDay).Select(night => (night.FirstDay!.Value.Day, night.IsMade, night.IsFailed)).ShouldBe([(20, false, true), (21, true, false)]);
        nights.Single(night => night.IsFailed).Error.ShouldNotBeNull().ShouldContain("P0001");
    }

    [Fact]
    public async Task Pages_make_the_same_report_as_one_statement()
    {
        List<string> made = [];
        var client = await new JobsOfADay(database.DataSource, Day).AddClientAsync("Asia/Seoul", Day);
        var random = new Random(7);
        var writer = new JobsOfADay(database.DataSource, Day);
        for (var job = 0; job < 450; job++)
        {
            await writer.AddEmotionAsync(client, Day.AddSeconds(random.Next(86_400)), random.Next(3) is 0 ? "fear" : "joy", random.NextDouble());
        }

        var (vault, _) = await TestVault.OpenAsync(database.DataSource, TimeProvider.System);
        foreach (var (rows, reader) in new (int, Vault?)[] { (100, null), (1_000, null), (100, vault) })
        {
            var days = new JobsOfADay(database.DataSource, Day.AddDays(1.1), new() { PageRows = rows, DatabaseShare = 1 }, reader);
            await days.ExecuteAsync("delete from activity_reports where client_id = @client", new { client });
            await days.MakeNightsAsync(client);
            made.Add((await days.NightsAsync(client)).Single().Report.Figures!);
        }

        made[0].ShouldBe(made[1]);
        made[0].ShouldBe(made[2]);
        made[0].ShouldContain("\"jobs\":450");
    }

    [Fact]
    public async Task A_night_that_is_made_again_stays_as_it_is()
    {
        var days = new JobsOfADay(database.DataSource, Day.AddDays(1.1));
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        await days.AddEmotionAsync(client, Day.AddHours(1), "joy");
        await days.MakeNightsAsync(client);
        var first = (await days.NightsAsync(client)).Single().Report;

        await days.ExecuteAsync("delete from jobs where client_id = @client", new { client });
        (await days.MakeNightsAsync(client)).ShouldBe(0);

        (await days.NightsAsync(client)).Single().Report.ShouldBe(first);
    }

    [Fact]
    public async Task Two_that_make_the_same_night_at_once_make_one_report_and_one_summary()
    {
        var days = new JobsOfADay(database.DataSource, Day.AddDays(1.1));
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        await days.AddEmotionAsync(client, Day.AddHours(1), "joy");
        var before = await SummariesAsync(days);

        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => days.MakeNightsAsync(client)));

        made.Sum().ShouldBe(1);
        (await days.NightsAsync(client)).Count.ShouldBe(1);
        (await SummariesAsync(days) - before).ShouldBe(1);
    }

    [Fact]
    public async Task Missed_nights_are_made_up_in_order_and_once()
    {
        var days = new JobsOfADay(database.DataSource, Day.AddDays(1.1));
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        (await days.MakeNightsAsync(client)).ShouldBe(1);

        days.Time.Advance(TimeSpan.FromDays(5));
        (await days.MakeNightsAsync(client)).ShouldBe(5);
        (await days.MakeNightsAsync(client)).ShouldBe(0);

        var nights = await days.NightsAsync(client);
        nights.Select(night => night.Report.FirstDay!.Value.Day).ShouldBe([20, 21, 22, 23, 24, 25]);
        nights.Select(night => night.Report.CreatedAt).ShouldBeInOrder();
    }

    [Fact]
    public async Task Only_as_many_missed_nights_are_made_up_as_allowed()
    {
        var days = new JobsOfADay(database.DataSource, Day.AddDays(100.1), new() { NightsMissedMax = 3 });
        var client = await days.AddClientAsync("Asia/Seoul", Day);

        (await days.MakeNightsAsync(client)).ShouldBe(3);

        (await days.NightsAsync(client))[^1].Report.FirstDay.ShouldBe(new DateOnly(2027, 2, 27));
    }

    [Fact]
    public async Task A_day_that_is_not_over_where_the_client_is_has_no_report()
    {
        var days = new JobsOfADay(database.DataSource, Day.AddDays(1).AddMinutes(9));
        var seoul = await days.AddClientAsync("Asia/Seoul", Day);
        var honolulu = await days.AddClientAsync("Pacific/Honolulu", Day);

        (await days.MakeNightsAsync(seoul)).ShouldBe(0); // Within Activity:Grace.
        days.Time.Advance(TimeSpan.FromMinutes(2));
        (await days.MakeNightsAsync(seoul)).ShouldBe(1);
        (await days.NightsAsync(honolulu)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_whose_key_was_revoked_is_reported_on_up_to_that_day()
    {
        var days = new JobsOfADay(database.DataSource, Day.AddDays(9.1));
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        await days.ExecuteAsync("update clients set revoked_at = @At where id = @client", new { client, At = Day.AddDays(2.5).UtcDateTime });

        (await days.MakeNightsAsync(client)).ShouldBe(3);
    }

    [Fact]
    public async Task Emotions_are_compared_with_the_seven_nights_before()
    {
        var days = new JobsOfADay(database.DataSource, Day.AddDays(9.1));
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        await days.AddEmotionAsync(client, Day.AddHours(3), "fear"); // Eight days before: too long ago.
        await days.AddEmotionAsync(client, Day.AddDays(1).AddHours(3), "sadness");
        await days.AddEmotionAsync(client, Day.AddDays(3).AddHours(3), "sadness");
        await days.AddEmotionAsync(client, Day.AddDays(3).AddHours(4), "joy");
        await days.AddEmotionAsync(client, Day.AddDays(8).AddHours(4), "joy");

        await days.MakeNightsAsync(client);
        var before = (await days.NightsAsync(client))[^1].Figures.Emotions!.Before!;

        (before.Days, before.Texts).ShouldBe((2, 3));
        before.Shares["sadness"].ShouldBe(0.6667);
        before.Change["joy"].ShouldBe(0.6667);
        before.Change["fear"].ShouldBe(0);
    }

    [Fact]
    public async Task Work_is_compared_with_the_seven_nights_before()
    {
        var days = new JobsOfADay(database.DataSource, Day.AddDays(3.1));
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        await days.AddEmotionAsync(client, Day.AddHours(3), "fear");
        await days.AddAsync(client, Day.AddHours(4), kind: "chat", state: "failed", errorCode: "timeout", queuedMs: 500);
        await days.AddEmotionAsync(client, Day.AddDays(2).AddHours(3), "joy");

        await days.MakeNightsAsync(client);
        var nights = await days.NightsAsync(client);

        nights[0].Figures.Before.ShouldBeNull();
        var before = nights[2].Figures.Before!;
        (before.Days, before.Jobs).ShouldBe((2, 2)); // The day between had no work.
        before.States.ShouldBe(new Dictionary<string, long> { ["succeeded"] = 1, ["failed"] = 1 });
        before.Kinds.Select(kind => (kind.Kind, kind.Jobs, kind.Failed)).ShouldBe([("chat", 1, 1), ("emotion", 1, 0)]);
        before.Kinds[0].QueuedP95Ms!.Value.ShouldBe(500, tolerance: 25);
    }

    [Fact]
    public async Task Nobody_is_asked_for_words_where_no_model_writes()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        var days = new JobsOfADay(own.DataSource, Day.AddDays(1.1));
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        await days.AddEmotionAsync(client, Day.AddHours(1), "joy");
        await days.ExecuteAsync("""
            insert into workers (id, host, queues, slots, missing_writers, lease_until)
            values (gen_random_uuid(), 'small', '{emotion}', '{64}', '{"report":"Kinds:Report:Model"}', now() + interval '1 hour')
            """);

        await days.MakeNightsAsync(client);

        (await days.NightsAsync(client)).Single().Report.SummaryJobId.ShouldBeNull();
        (await SummariesAsync(days)).ShouldBe(0);
    }

    [Fact]
    public async Task The_report_on_all_clients_has_their_counts_and_none_of_their_texts()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        var days = new JobsOfADay(own.DataSource, Day.AddDays(1.1));
        await days.ExecuteAsync("update clients set created_at = @Day", new { Day = Day.UtcDateTime });
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await days.AddEmotionAsync(await days.AddClientAsync("Asia/Seoul", Day), Day.AddHours(2), "joy");
        }

        await days.AddEmotionAsync(Client.SystemId, Day.AddHours(2), "fear"); // The pipeline's own questions are nobody's work.
        (await days.MakeNightsAsync(null)).ShouldBe(1);
        var (report, figures) = (await days.NightsAsync(null)).Single();

        figures.Jobs.ShouldBe(2);
        figures.Typical.ShouldBeNull();
        report.Figures!.ShouldNotContain("job_id");
    }

    [Fact]
    public async Task Typical_are_the_surest_texts_of_the_client_none_twice()
    {
        var days = new JobsOfADay(database.DataSource, Day.AddDays(1.1));
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        await days.AddEmotionAsync(await days.AddClientAsync("Asia/Seoul", Day), Day.AddHours(1), "joy", 0.99, "another client's");
        foreach (var repeat in Enumerable.Range(0, 5))
        {
            await days.AddEmotionAsync(client, Day.AddHours(repeat), "joy", 0.98, "again and again");
        }

        await days.AddEmotionAsync(client, Day.AddHours(7), "joy", 0.97, "sure");
        await days.AddEmotionAsync(client, Day.AddHours(8), "joy", 0.5, "less sure");
        await days.AddEmotionAsync(client, Day.AddHours(9), "joy", 0.4, "unsure");
        await days.AddAsync(client, Day.AddHours(10), text: "a provider's choice", result: """{"emotion":"joy","confidence":1,"choice_only":true}""");

        await days.MakeNightsAsync(client);
        var typical = (await days.NightsAsync(client)).Single().Figures.Typical!["joy"];

        var texts = await days.Store.TextsAsync(client, typical.Select(job => job.JobId), TestContext.Current.CancellationToken);
        typical.Select(job => texts[job.JobId]).ShouldBe(["again and again", "sure", "less sure"]);
    }

    [Fact]
    public async Task Only_the_days_that_a_report_touches_are_looked_into()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        var days = new JobsOfADay(own.DataSource, Day.AddDays(1.1));
        foreach (var ago in Enumerable.Range(-3, 6))
        {
            await days.ExecuteAsync($"select make_job_day('{new DateOnly(2026, 11, 20).AddDays(ago):yyyy-MM-dd}')");
        }

        await days.AddEmotionAsync(Client.LocalId, Day.AddHours(1), "joy");
        var query = FiguresQuery.Of(Client.LocalId, ActivityDays.Hours(new(2026, 11, 20), TimeZoneInfo.FindSystemTimeZoneById("Asia/Seoul")), Day.AddDays(1));
        await using var connection = await own.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var plan = await Dapper.SqlMapper.QueryAsync<string>(connection, "explain " + FiguresReader.Page, new
        {
            query.ClientId,
            Client.SystemId,
            query.After,
            query.To,
            query.Ids,
            Floors = query.Floors.ToArray(),
            Limit = 100,
            TypicalMax = 3,
        });

        string[] touched = [.. plan.SelectMany(line => line.Split(' ')).Where(word => word.StartsWith("jobs_", StringComparison.Ordinal) && !word.Contains("idx", StringComparison.Ordinal) && !word.Contains("pkey", StringComparison.Ordinal)).Distinct().Order()];
        touched.Where(name => name is not "jobs_default" && name.Length is 13).ShouldBe(["jobs_20261119", "jobs_20261120"]);
    }

    [Fact]
    public async Task A_summary_is_asked_for_with_the_report_and_outlives_its_job()
    {
        var days = new JobsOfADay(database.DataSource, Day.AddDays(1.1));
        var client = await days.AddClientAsync("Asia/Seoul", Day, "en");
        await days.AddEmotionAsync(client, Day.AddHours(1), "joy", text: "a secret");
        await days.MakeNightsAsync(client);
        var report = (await days.NightsAsync(client)).Single().Report;
        (report.SummaryState, report.Summary, report.Language).ShouldBe(("queued", null, "en"));
        var job = new { Id = report.SummaryJobId };
        (await days.ScalarAsync<string>("select queue || ' ' || client_id from jobs where id = @Id", job)).ShouldBe($"report-bulk {Client.SystemId}");
        (await days.ScalarAsync<int>("select count(*) from dispatches where job_id = @Id", job)).ShouldBe(1);
        (await days.ScalarAsync<string>("select input::text from jobs where id = @Id", job)).ShouldNotContain("secret");

        await days.ExecuteAsync("update jobs set state = 'succeeded', result = '{\"summary\":\"A good day.\"}' where id = @Id", job);
        (await days.Store.KeepSummariesAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
        await days.ExecuteAsync("delete from jobs where id = @Id", job);

        var kept = (await days.NightsAsync(client)).Single().Report;
        (kept.SummaryState, kept.Summary).ShouldBe(("succeeded", "{\"summary\":\"A good day.\"}"));
    }

    private static Task<int> SummariesAsync(JobsOfADay days) => days.ScalarAsync<int>("select count(*)::int from jobs where queue = 'report-bulk'");
}
