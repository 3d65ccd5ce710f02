using System.Text.Json;
using Pipeline.Core.ActivityReports;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.ActivityReports;

public sealed class AskedReportTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly DateTimeOffset Day = new(2026, 11, 16, 0, 0, 0, TimeSpan.FromHours(9));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_range_is_the_sum_of_its_nights_and_of_days_without_one()
    {
        var days = new JobsOfADay(database.DataSource, Day.AddDays(2).AddHours(12));
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        await days.AddEmotionAsync(client, Day.AddHours(1), "joy");
        await days.AddAsync(client, Day.AddHours(2), kind: "feedback", result: """{"score":3}""");
        await days.AddEmotionAsync(client, Day.AddDays(1).AddHours(2), "fear");
        await days.MakeNightsAsync(client);
        await days.ExecuteAsync("delete from jobs where client_id = @client", new { client }); // As retention does.
        await days.AddEmotionAsync(client, Day.AddDays(2).AddHours(3), "joy");
        await days.AddAsync(client, Day.AddDays(2).AddHours(3), kind: "feedback", result: """{"score":5}""");

        var figures = await AskAsync(days, client, new(2026, 11, 16), new(2026, 11, 18), null);

        figures.Jobs.ShouldBe(5);
        figures.Periods.Select(period => period.Jobs).ShouldBe([2, 1, 2]);
        figures.Periods[0].Start.ShouldBe(Day);
        figures.Emotions!.Counts.ShouldBe(new Dictionary<string, long> { ["fear"] = 1, ["joy"] = 2 });
        figures.Kinds.Single(kind => kind.Kind == "feedback").Scores!.Mean.ShouldBe(4);
        figures.Kinds.Single(kind => kind.Kind == "emotion").Queued!.Jobs.ShouldBe(3);
        figures.Kinds.Single(kind => kind.Kind == "emotion").Tokens.Prompt.ShouldBe(138);
    }

    [Fact]
    public async Task Conversations_are_the_jobs_that_answer_their_messages()
    {
        var days = new JobsOfADay(database.DataSource, Day);
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        var answer = await days.AddAsync(client, Day.AddHours(-30), kind: "interview", result: """{"evaluation":{"score":9}}""");
        await days.AddAsync(client, Day.AddHours(-30), kind: "interview", result: """{"evaluation":{"score":1}}""");
        var conversation = Guid.CreateVersion7();
        await days.ExecuteAsync("insert into conversations (id, client_id, kind, settings) values (@conversation, @client, 'interview', '{}')", new { conversation, client });
        await days.ExecuteAsync("insert into conversation_messages (conversation_id, position, job_id) values (@conversation, 0, @answer)", new { conversation, answer });

        var figures = await AskAsync(days, client, null, null, [conversation]);

        figures.Jobs.ShouldBe(1);
        figures.Periods.ShouldBeEmpty();
        figures.Kinds.Single().Scores!.Mean.ShouldBe(9);
    }

    [Fact]
    public async Task One_client_waits_for_as_many_reports_as_allowed()
    {
        var days = new JobsOfADay(database.DataSource, Day, new() { WaitingMax = 2 });
        var client = await days.AddClientAsync("Asia/Seoul", Day);

        foreach (var accepted in (bool[])[true, true, false])
        {
            (await days.Store.AskAsync(Asked(client, new(2026, 11, 1), new(2026, 11, 2), null), Token)).ShouldBe(accepted);
        }

        (await days.Store.AskAsync(Asked(await days.AddClientAsync(null, Day), new(2026, 11, 1), new(2026, 11, 2), null), Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_report_that_cannot_be_made_fails_with_its_reason_after_a_few_tries_and_delays_nobody()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        var days = new JobsOfADay(own.DataSource, Day);
        var client = await days.AddClientAsync("Asia/Seoul", Day);
        var poison = Asked(client, DateOnly.MinValue, DateOnly.MinValue, null);
        (await days.Store.AskAsync(poison, Token)).ShouldBeTrue();
        var settings = await TestPipeline.SettingsAsync(own);
        settings["Activity:PollInterval"] = "00:00:00.050";
        var log = new RecordedLog();
        await using var pipeline = await TestPipeline.StartAsync(own, settings, roles =>
        {
            roles.AddIntake().AddActivityReportRequests();
            log.Record(roles);
        });

        var other = Asked(await days.AddClientAsync(null, Day), new(2026, 11, 1), new(2026, 11, 2), null);
        (await days.Store.AskAsync(other, Token)).ShouldBeTrue();

        await Eventually.TrueAsync(async () => (await FindAsync(other)).IsMade);
        await Eventually.TrueAsync(async () => (await FindAsync(poison)).IsFailed);
        (await FindAsync(poison)).Error.ShouldNotBeNullOrWhiteSpace();
        log.Count("cannot be made").ShouldBe(3);
        log.Count("A round failed").ShouldBe(0);
        (await days.Store.NextAskedAsync(Guid.Empty, Token)).ShouldBeNull();

        async Task<ActivityReport> FindAsync(ActivityReport report) => (await days.Store.FindAsync(report.ClientId!.Value, seesAll: false, report.Id, Token))!;
    }

    private static async Task<ActivityFigures> AskAsync(JobsOfADay days, Guid client, DateOnly? from, DateOnly? to, Guid[]? conversations)
    {
        var report = Asked(client, from, to, conversations);
        (await days.Store.AskAsync(report, Token)).ShouldBeTrue();
        var waiting = (await days.Store.NextAskedAsync(Guid.Empty, Token))!;
        while (waiting.Id != report.Id)
        {
            waiting = (await days.Store.NextAskedAsync(waiting.Id, Token))!;
        }

        await days.Maker.MakeAskedAsync(waiting, Token);
        var made = (await days.Store.FindAsync(client, seesAll: false, report.Id, Token))!;
        made.Conversations.ShouldBe(conversations);
        return JsonSerializer.Deserialize(made.Figures!, ActivityFiguresJson.Default.ActivityFigures)!;
    }

    private static ActivityReport Asked(Guid client, DateOnly? from, DateOnly? to, Guid[]? conversations) => new()
    {
        Id = Guid.CreateVersion7(),
        ClientId = client,
        Scope = conversations is null ? ActivityReportScope.Range : ActivityReportScope.Conversations,
        FirstDay = from,
        LastDay = to,
        Conversations = conversations,
        TimeZone = "Asia/Seoul",
        Language = "ko",
        CreatedAt = Day,
        IsMade = false,
    };
}
