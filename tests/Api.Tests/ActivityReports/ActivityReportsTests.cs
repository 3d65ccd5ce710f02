using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Contracts;
using Pipeline.Core.ActivityReports;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.ActivityReports;

public sealed class ActivityReportsTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    private static readonly DateTimeOffset Yesterday = new(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(-1), TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_reads_its_own_night_with_its_texts_and_nobody_elses()
    {
        var (client, other) = ((await api.NewClientAsync()).Client, (await api.NewClientAsync()).Client);
        var id = await MakeNightAsync(client, "my own words");

        var listed = (await client.GetAsync("/api/activity?scope=night")).Json.GetProperty("reports").EnumerateArray().Single(report => report.GetProperty("clients").GetString() == "own");
        listed.GetProperty("id").GetString().ShouldBe(id);
        listed.TryGetProperty("figures", out _).ShouldBeFalse();
        var report = await client.GetAsync($"/api/activity/{id}");
        report.State.ShouldBe("ready");
        report.Json.GetProperty("figures").GetProperty("jobs").GetInt32().ShouldBe(1);
        report.Json.GetProperty("typical").GetProperty("joy")[0].GetProperty("text").GetString().ShouldBe("my own words");
        report.Json.GetProperty("summary").GetProperty("state").GetString().ShouldBe("queued");

        (await other.GetAsync($"/api/activity/{id}")).ShouldBeProblem(404, "activity-report-not-found");
        (await other.GetAsync("/api/activity")).Json.ToString().ShouldNotContain(id);
    }

    [Fact]
    public async Task The_report_on_all_clients_is_for_operators_and_has_no_texts()
    {
        var client = (await api.NewClientAsync()).Client;
        var (reader, key) = await api.NewClientAsync(Role.Operator);
        await MakeNightAsync(client, "words that only their client reads");
        var (store, maker) = (api.Host.Services.GetRequiredService<ActivityReportStore>(), api.Host.Services.GetRequiredService<ActivityReportMaker>());
        await maker.MakeNightsAsync((await store.OwnersAsync(Token)).Single(owner => owner.ClientId is null) with { Since = Yesterday, TimeZone = "Etc/UTC" }, Token);

        var all = (await reader.GetAsync("/api/activity")).Json.GetProperty("reports").EnumerateArray().Single(report => report.GetProperty("clients").GetString() == "all");
        foreach (var accept in (string[])["application/json", "text/html"])
        {
            var (text, _) = await ReadAsync($"/api/activity/{all.GetProperty("id").GetString()}", accept, key);
            text.ShouldNotContain("only their client");
            text.ShouldNotContain("typical");
        }

        (await client.GetAsync("/api/activity?limit=200")).Json.ToString().ShouldNotContain(all.GetProperty("id").GetString()!);
        (await client.GetAsync($"/api/activity/{all.GetProperty("id").GetString()}")).ShouldBeProblem(404, "activity-report-not-found").Says("need the role operator");
    }

    [Fact]
    public async Task A_report_is_a_page_for_those_who_ask_for_one_and_fetches_nothing()
    {
        var (client, key) = await api.NewClientAsync();
        var id = await MakeNightAsync(client, "<script>alert('mine')</script>");

        var (page, policy) = await ReadAsync($"/api/activity/{id}", "text/html", key);

        policy.ShouldStartWith("default-src 'none'");
        page.ShouldContain("<svg");
        page.ShouldContain("&lt;script&gt;");
        page.ShouldNotContain("<script");
        page.ShouldNotContain("http://");
        page.ShouldNotContain("https://");
        page.ShouldContain("<html lang=\"ko\">");
    }

    [Fact]
    public async Task Words_are_the_models_where_one_writes_and_follow_from_the_figures_else()
    {
        var (client, key) = await api.NewClientAsync();
        var id = await MakeNightAsync(client, "text");
        const string Composed = "작업 1건을 접수했습니다.";

        (await ReadAsync($"/api/activity/{id}", "text/html", key)).Text.ShouldContain(Composed); // While the model is asked.
        await KeepSummaryAsync(id, GeneratedResult.SmallModel);
        var small = (await client.GetAsync($"/api/activity/{id}")).Json.GetProperty("summary");
        small.GetProperty("by").GetString().ShouldBe("rule");
        small.GetProperty("text").GetString().ShouldStartWith(Composed);
        small.TryGetProperty("model", out _).ShouldBeFalse();
        var (page, _) = await ReadAsync($"/api/activity/{id}", "text/html", key);
        page.ShouldContain(Composed);
        page.ShouldNotContain("조용한 하루였습니다.");

        await KeepSummaryAsync(id, "writer-7b");
        (page, _) = await ReadAsync($"/api/activity/{id}", "text/html", key);
        page.ShouldContain("조용한 하루였습니다.");
        page.ShouldContain("Another warning.");
        page.ShouldNotContain(Composed);
    }

    [Fact]
    public async Task A_report_that_was_asked_for_is_made_in_the_background()
    {
        var client = (await api.NewClientAsync()).Client;
        await AddEmotionAsync(client, "text");
        await PutAsync(client, """{"time_zone":"Etc/UTC","language":"en"}""");

        var asked = await client.PostAsync("/api/activity", $$"""{"from":"{{Yesterday.AddDays(-1):yyyy-MM-dd}}","to":"{{Yesterday:yyyy-MM-dd}}"}""");
        (asked.Status, asked.State, asked.Headers["Location"]).ShouldBe((202, "queued", $"/api/activity/{asked.Id}"));
        var made = asked;
        await Eventually.TrueAsync(async () => (made = await client.GetAsync($"/api/activity/{asked.Id}")).State is "ready");

        made.Json.GetProperty("figures").GetProperty("jobs").GetInt32().ShouldBe(1);
        made.Json.GetProperty("figures").GetProperty("periods").GetArrayLength().ShouldBe(2);
        made.Json.GetProperty("language").GetString().ShouldBe("en");
    }

    [Fact]
    public async Task Settings_are_the_clients_own_and_go_back_to_the_servers()
    {
        var client = (await api.NewClientAsync()).Client;

        (await client.GetAsync("/api/activity/settings")).Json.ToString().ShouldBe("""{"time_zone":"Asia/Seoul","language":"ko"}""");
        (await PutAsync(client, """{"time_zone":"Europe/Berlin","language":"en"}""")).Status.ShouldBe(200);
        (await client.GetAsync("/api/activity/settings")).Json.ToString().ShouldBe("""{"time_zone":"Europe/Berlin","language":"en"}""");
        (await PutAsync(client, "{}")).Json.ToString().ShouldBe("""{"time_zone":"Asia/Seoul","language":"ko"}""");
    }

    [Theory]
    [InlineData("""{"time_zone":"Mars/Olympus"}""", "time_zone", "IANA name")]
    [InlineData("""{"time_zone":"CET"}""", "time_zone", "IANA name")]
    [InlineData("""{"time_zone":"../../etc/passwd"}""", "time_zone", "IANA name")]
    [InlineData("""{"time_zone":7}""", "time_zone", "expected a string")]
    [InlineData("""{"language":"fr"}""", "language", "send ko or en")]
    [InlineData("""{"zone":"x"}""", "zone", "not a known field")]
    public async Task Settings_that_make_no_sense_are_refused(string body, string field, string message) =>
        (await PutAsync((await api.NewClientAsync()).Client, body)).ShouldBlame(field, message);

    [Theory]
    [InlineData("{}", "from", "is missing")]
    [InlineData("""{"from":"2026-11-01"}""", "to", "is missing")]
    [InlineData("""{"from":"2026-11-01","to":"2026-10-01"}""", "from", "after to")]
    [InlineData("""{"from":"2026-13-01","to":"2026-11-01"}""", "from", "yyyy-MM-dd")]
    [InlineData("""{"from":"2025-01-01","to":"2025-12-31"}""", "from", "Activity:DaysMax")]
    [InlineData("""{"from":"0001-01-01","to":"0001-01-01"}""", "from", "no job is as old")]
    [InlineData("""{"from":"1969-12-31","to":"1970-01-05"}""", "from", "1970-01-02")]
    [InlineData("""{"from":"9999-12-31","to":"9999-12-31"}""", "to", "has not begun")]
    [InlineData("""{"from":"2026-11-01","to":"9999-12-31"}""", "to", "has not begun")]
    [InlineData("""{"from":20261101,"to":"2026-11-02"}""", "from", "expected a string")]
    [InlineData("""{"from":"2026-11-01","to":"2026-11-02","conversations":["019a9c1e-7f00-7000-8000-000000000000"]}""", "conversations", "together with days")]
    [InlineData("""{"conversations":[]}""", "conversations", "Activity:ConversationsMax")]
    [InlineData("""{"conversations":["x"]}""", "conversations[0]", "not a UUID")]
    [InlineData("""{"conversations":[7]}""", "conversations[0]", "expected a string")]
    [InlineData("""{"conversations":["019a9c1e-7f00-7000-8000-000000000000"]}""", "conversations[0]", "no such conversation or interview")]
    [InlineData("""{"from":"2026-11-01","to":"2026-11-02","language":"fr"}""", "language", "ko or en")]
    [InlineData("""{"from":"2026-11-01","to":"2026-11-02","until":1}""", "until", "not a known field")]
    public async Task A_report_that_can_not_be_made_is_refused(string body, string field, string message) =>
        (await (await api.NewClientAsync()).Client.PostAsync("/api/activity", body)).ShouldBlame(field, message);

    [Theory]
    [InlineData("scope=yearly", "scope", "send one of night, range, conversations")]
    [InlineData("day=yesterday", "day", "yyyy-MM-dd")]
    [InlineData("limit=0", "limit", "whole number")]
    [InlineData("before=x", "before", "not a UUID")]
    [InlineData("page=2", "page", "not a known query parameter")]
    public async Task A_list_that_makes_no_sense_is_refused(string query, string field, string message) =>
        (await (await api.NewClientAsync()).Client.GetAsync("/api/activity?" + query)).ShouldBlame(field, message);

    private async Task KeepSummaryAsync(string id, string model)
    {
        InterviewReportResult summary = new()
        {
            Language = "ko",
            Summary = "조용한 하루였습니다.",
            Strengths = [],
            Improvements = [],
            Recommendations = [],
            OverallScore = 50,
            QuestionFeedbacks = [],
            Model = model,
            Warnings = ["Another warning."],
            Usage = new(1, 0, 1),
            Timings = new(0, 1),
        };
        await using var connection = await api.Database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync(
            "update activity_reports set summary = @Summary::json where id = @Id", new { Summary = JsonSerializer.Serialize(summary, InterviewReport.ResultJson), Id = Guid.Parse(id) });
    }

    private async Task<string> MakeNightAsync(ApiClient client, string text)
    {
        var owner = await AddEmotionAsync(client, text);
        var maker = api.Host.Services.GetRequiredService<ActivityReportMaker>();
        (await maker.MakeNightsAsync(new() { ClientId = owner, TimeZone = "Etc/UTC", Since = Yesterday }, Token)).ShouldBe(1);
        return (await client.GetAsync("/api/activity?limit=200")).Json.GetProperty("reports").EnumerateArray()
            .Single(report => report.GetProperty("clients").GetString() == "own").GetProperty("id").GetString()!;
    }

    /// <summary>A finished job of yesterday; returns the client's id, which its own job tells.</summary>
    private async Task<Guid> AddEmotionAsync(ApiClient client, string text)
    {
        var job = Guid.Parse((await client.PostAsync("/api/emotion", JsonSerializer.Serialize(new { text }))).Id);
        await using var connection = await api.Database.DataSource.OpenConnectionAsync(Token);
        return await connection.QuerySingleAsync<Guid>(
            """
            update jobs set id = @Moved, input = json_build_object('text', @text), state = 'succeeded', result = '{"emotion":"joy","confidence":0.9,"usage":{"prompt_tokens":1,"cached_tokens":0,"completion_tokens":0}}'
             where id = @job returning client_id
            """,
            new { job, text, Moved = Guid.CreateVersion7(Yesterday.AddHours(5)) });
    }

    private static Task<Answer> PutAsync(ApiClient client, string body) => client.SendAsync(HttpMethod.Put, "/api/activity/settings", ApiClient.Json(Encoding.UTF8.GetBytes(body)));

    private async Task<(string Text, string Policy)> ReadAsync(string path, string accept, string key)
    {
        using HttpClient http = new() { BaseAddress = api.Host.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        http.DefaultRequestHeaders.Accept.ParseAdd(accept);
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), Token);
        response.Content.Headers.ContentType!.MediaType.ShouldBe(accept);
        return (await response.Content.ReadAsStringAsync(Token), response.Headers.TryGetValues("Content-Security-Policy", out var policy) ? policy.Single() : "");
    }
}
