using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Console.Parts;
using Pipeline.Core.ActivityReports;
using Pipeline.Core.Clients;
using Pipeline.Core.Postgres;

namespace Pipeline.Console.Tests;

/// <summary>What stands beside what: nights in a calendar, versions of a prompt, clients and their shares.</summary>
public sealed class ComparedTests(ConsoleApi api) : IClassFixture<ConsoleApi>
{
    private const string AddDone = """
        insert into jobs (id, client_id, kind, queue, input, state, finished_at)
        select id, (select clients.id from clients where name = @Name), 'emotion', 'emotion', '{"text":"a"}', 'succeeded', now() from unnest(@Ids::uuid[]) as id
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nights_are_days_of_a_calendar_and_those_that_were_missed_lead_nowhere()
    {
        var store = api.Host.Services.GetRequiredService<ActivityReportStore>();
        var maker = api.Host.Services.GetRequiredService<ActivityReportMaker>();
        var first = TimeProvider.System.GetUtcNow().AddDays(-10);
        DateOnly[] days = [.. ((int[])[0, 1]).Select(n => DateOnly.FromDateTime(first.AddDays(n).UtcDateTime))];
        foreach (var owner in await store.OwnersAsync(Token))
        {
            await maker.MakeNightsAsync(owner with { Since = first, Until = first.AddDays(1), TimeZone = "Etc/UTC" }, Token);
        }

        using var visitor = await api.EnterAsync(Role.Client);
        using var steward = await api.EnterAsync(Role.Operator);
        var own = (await visitor.GetAsync("/reports")).Ok().Html;

        days.ShouldAllBe(day => own.Contains($"<caption>{day:yyyy-MM}</caption>", StringComparison.Ordinal));
        var cells = own.Split("<td>").Skip(1).Select(cell => cell.Split("</td>")[0].Trim()).ToArray();
        cells.Length.ShouldBe(days.Select(day => new DateOnly(day.Year, day.Month, 1)).Distinct().Sum(month => (((int)month.DayOfWeek + 6) % 7) + DateTime.DaysInMonth(month.Year, month.Month)));
        cells.Where(cell => cell.Contains("/raw/activity/", StringComparison.Ordinal)).Select(cell => cell.Split('<')[0].Trim())
            .ShouldBe(days.Select(day => $"{day.Day}"), ignoreOrder: true);
        (await steward.GetAsync("/reports")).Ok().Html.Split("href=\"/raw/activity/").Length.ShouldBe(5, "each night has a report on olga's jobs and one on all");
    }

    [Fact]
    public async Task Versions_of_a_prompt_stand_side_by_side()
    {
        using var client = api.Host.Client(api.Key(Role.Client));
        var prompt = (await client.PostAsync("/api/prompts", """{"kind":"chat","name":"sides","language":"en","system":"You are kind.\nYou are brief."}""")).Id;
        await client.SendAsync(HttpMethod.Put, $"/api/prompts/{prompt}", ApiClient.Json("""{"system":"You are kind.\nYou are thorough.\nName costs."}"""u8.ToArray()));
        using var visitor = await api.EnterAsync(Role.Client);

        var page = (await visitor.GetAsync($"/prompts/{prompt}")).Ok().Html;

        page.ShouldContain("<td class=\"removed\">You are brief.</td>");
        page.ShouldContain("<td class=\"added\">You are thorough.</td>");
        page.ShouldContain("<td class=\"added\">Name costs.</td>");
        page.ShouldContain("<pre>You are kind.");
    }

    [Theory]
    [InlineData("a\nb\nc", "a\nB\nc", "a|a b|B* c|c")]
    [InlineData("a\nb", "a", "a|a b|*")]
    [InlineData("a", "x\ny\na", "|x* |y* a|a")]
    [InlineData("", "a", "|a*")]
    [InlineData("same", "same", "same|same")]
    public void Lines_that_went_stand_beside_those_that_came(string before, string after, string expected) =>
        string.Join(' ', TextDiff.InColumns(before, after).Select(line => $"{line.Old}|{line.New}{(line.IsChanged ? "*" : "")}")).ShouldBe(expected);

    [Fact]
    public async Task Operators_see_who_submits_the_most_and_clients_do_not()
    {
        await using ConsoleApi own = new();
        await own.InitializeAsync();
        var database = own.Host.Services.GetRequiredService<NpgsqlDataSource>();
        await database.ExecuteAsync(AddDone, new { Name = "carl", Ids = Ids(297) }, Token);
        await database.ExecuteAsync(AddDone, new { Name = "olga", Ids = Ids(3) }, Token);
        using var visitor = await own.EnterAsync(Role.Client);
        using var steward = await own.EnterAsync(Role.Operator);
        using var admin = await own.EnterAsync(Role.Admin);

        (await visitor.GetAsync("/usage")).Ok().Text.ShouldNotContain("Who submits the most");
        var page = (await steward.GetAsync("/usage")).Ok();
        page.Text.ShouldContain("carl has 99 % of what came or waits.");
        page.Html.ShouldContain("href=\"/jobs?client=carl\"");
        page.Html.ShouldContain("<meter min=\"0\" max=\"1\" value=\"0.99\"");
        page.Html.ShouldNotContain("href=\"/keys\"");
        (await admin.GetAsync("/usage")).Ok().Html.ShouldContain("Pause it, or limit its key");

        static Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];
    }
}
