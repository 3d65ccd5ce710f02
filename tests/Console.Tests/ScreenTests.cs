using Pipeline.Core.Clients;

namespace Pipeline.Console.Tests;

public sealed class ScreenTests(ConsoleApi api) : IClassFixture<ConsoleApi>
{
    private const string Attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{0}";

    public static TheoryData<string> Paths() =>
    [
        "/", "/?all=true", "/jobs", "/jobs?state=failed&kind=emotion&queue=emotion&error_code=rejected&created_after=2026-01-01T00:00:00Z", "/jobs?state=running", "/jobs?id_or_key=019a&model=scripted&user=u-7", "/jobs?resubmitted_from=019a9c1e-7f00-7000-8000-000000000000", "/actions", "/batches",
        "/try", "/try/chat", "/try/report", "/documents", "/search", "/search?q=word&mode=words", "/workers", "/usage", "/usage?by=day", "/keys", "/reports", "/prompts", "/webhooks", "/schedules", "/audit",
    ];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_screen_answers_every_role(string path)
    {
        await api.RunAsync("reject " + path);
        foreach (var role in Enum.GetValues<Role>())
        {
            using var visitor = await api.EnterAsync(role);
            var page = (await visitor.GetAsync(path)).Ok();

            page.Headers["Content-Security-Policy"].ShouldContain("script-src 'self'; style-src 'self';");
            page.Headers["Cache-Control"].ShouldBe("no-store");
            page.Html.ShouldNotContain(" style=");
            page.Html.ShouldNotContain(" onclick=");
            page.Html.Split("<script").Skip(1).ShouldAllBe(script => script.StartsWith(" src=\"/assets/", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_file_is_uploaded_without_script_and_one_that_cannot_be_read_says_why()
    {
        using var visitor = await api.EnterAsync(Role.Client);

        var sent = await visitor.UploadAsync("/documents", "POST /api/documents", "안내.csv", "item,price\nbook,9"u8.ToArray(), ("title", ""), ("metadata:json", """{"a":1}"""));
        (sent.Status, sent.Location).ShouldBe((302, "/documents"));
        (await visitor.GetAsync("/documents")).Ok().Text.ShouldContain("안내");

        var refused = await visitor.UploadAsync("/documents", "POST /api/documents", "old.doc", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[600]]);
        refused.Status.ShouldBe(422);
        refused.Text.ShouldContain("is of a format that is not read");
        (await visitor.GetAsync("/documents")).Html.ShouldContain("enctype=\"multipart/form-data\"");
    }

    [Fact]
    public async Task Files_of_the_pages_are_kept_by_browsers_and_have_their_types()
    {
        using var visitor = await api.EnterAsync(Role.Client);
        var page = await visitor.GetAsync("/");
        var files = System.Text.RegularExpressions.Regex.Matches(page.Html, "\"(/assets/[^\"]+)\"").Select(match => match.Groups[1].Value).Distinct().ToArray();

        files.Length.ShouldBeGreaterThan(4);
        foreach (var file in files)
        {
            var answer = (await visitor.GetAsync(file)).Ok();
            answer.Headers["Cache-Control"].ShouldContain("immutable");
            answer.Headers["Content-Type"].ShouldBe(Path.GetExtension(file.Split('?')[0]) switch
            {
                ".css" => "text/css; charset=utf-8",
                ".js" => "text/javascript; charset=utf-8",
                _ => "image/svg+xml",
            });
        }
    }

    [Fact]
    public async Task Markup_in_texts_errors_and_filters_is_shown_as_text()
    {
        var id = await api.RunAsync(Attack);
        using var visitor = await api.EnterAsync(Role.Client);

        foreach (var path in (string[])[$"/jobs/{id}", $"/try/emotion?from={id}", $"/jobs?error_code={Uri.EscapeDataString(Attack)}", $"/search?q={Uri.EscapeDataString(Attack)}", $"/jobs?kind={Uri.EscapeDataString(Attack)}", $"/login?_back={Uri.EscapeDataString(Attack)}"])
        {
            var page = await visitor.GetAsync(path);
            page.Html.ShouldNotContain("<script>alert", Case.Insensitive, path);
            page.Html.ShouldNotContain("<img src=x", Case.Insensitive, path);
            System.Net.WebUtility.HtmlDecode(page.Html).ShouldContain("alert(1)");
        }
    }

    [Fact]
    public async Task A_job_shows_what_it_was_asked_and_what_came_of_it()
    {
        var id = await api.RunAsync("I got the job!");
        using var visitor = await api.EnterAsync(Role.Client);

        var page = (await visitor.GetAsync($"/jobs/{id}")).Ok();
        page.Text.ShouldContain("I got the job!");
        page.Text.ShouldContain("joy");
        page.Text.ShouldContain("90.0 %");
        page.Text.ShouldContain("curl 'http://");
        (await visitor.GetAsync($"/jobs?kind=emotion&state=succeeded")).Ok().Html.ShouldContain(id);
        (await visitor.GetAsync($"/go?q={id}")).Location.ShouldBe($"/jobs/{id}");
        (await visitor.GetAsync("/go?q=%E2%80%A61234abcd")).Location.ShouldBe("/jobs?id_or_key=1234abcd");
    }

    [Fact]
    public async Task A_job_is_submitted_canceled_and_retried_by_forms()
    {
        using var visitor = await api.EnterAsync(Role.Client);
        var submitted = await visitor.CallAsync("/try/emotion", "POST /api/jobs", ("_json", "{\"kind\":\"emotion\"}"), ("_then", "job"), ("input.text", "hold form"), ("priority", "interactive"));
        var page = submitted.Location!;
        page.ShouldStartWith("/jobs/");
        await api.Worker.StartedAsync("hold form");

        (await visitor.GetAsync(page)).Ok().Html.ShouldContain($"data-events=\"/raw{page}/events\"");
        (await visitor.CallAsync(page, $"DELETE /api{page}")).Location.ShouldBe(page);
        (await visitor.GetAsync(page)).Text.ShouldContain("canceled");
        (await visitor.CallAsync(page, $"POST /api{page}/retry")).Location.ShouldBe(page);
        api.Worker.Release("hold form");
        (await visitor.CallAsync("/jobs", $"DELETE /api{page}?erase=true")).Location.ShouldBe("/jobs");
        (await visitor.GetAsync(page)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task What_the_API_refuses_is_said_with_its_field()
    {
        using var visitor = await api.EnterAsync(Role.Client);

        var page = await visitor.CallAsync("/try/emotion", "POST /api/jobs", ("_json", "{\"kind\":\"emotion\"}"), ("input.text", " "));
        page.Status.ShouldBe(400);
        page.Text.ShouldContain("input");
        var broken = await visitor.CallAsync("/try/chat", "POST /api/jobs", ("_json", "{\"kind\":\"chat\"}"), ("input.messages:json", "[{"));
        broken.Status.ShouldBe(400);
        broken.Text.ShouldContain("input.messages");
    }

    [Fact]
    public async Task Many_jobs_are_counted_before_they_are_retried()
    {
        await api.RunAsync("reject many 1");
        await api.RunAsync("reject many 2");
        using var visitor = await api.EnterAsync(Role.Client);

        var preview = (await visitor.SendAsync("/jobs", "/jobs/preview", ("action", "retry"), ("state", "failed"), ("error_code", "rejected"), ("queue", "emotion"))).Ok();
        preview.Text.ShouldContain("jobs match.");
        preview.Html.ShouldContain("&quot;queue&quot;:&quot;emotion&quot;");
        preview.Text.ShouldNotContain("do not narrow");
        var other = (await visitor.SendAsync("/jobs", "/jobs/preview", ("action", "retry"), ("state", "failed"), ("error_code", "rejected"), ("queue", "emotion-bulk"))).Ok();
        other.Text.ShouldContain("0 jobs match.");
        (await visitor.SendAsync("/jobs", "/jobs/preview", ("action", "cancel"), ("state", "failed"))).Ok().Text.ShouldContain("These filters do not narrow the action: state.");
        (await visitor.CallAsync("/jobs", "POST /api/jobs/retry", ("_json", """{"states":["failed"],"error_code":"rejected","queue":"emotion"}"""), ("_back", "/actions"))).Status.ShouldBe(302);
        (await visitor.GetAsync("/actions")).Ok().Text.ShouldContain("queue emotion, error_code rejected");
    }

    [Fact]
    public async Task Jobs_are_found_by_what_somebody_remembers_of_them_and_then_nothing_is_done_to_all()
    {
        var id = await api.RunAsync("remember me");
        using var visitor = await api.EnterAsync(Role.Client);

        var found = (await visitor.GetAsync($"/jobs?id_or_key={id[^8..]}")).Ok();
        found.Html.ShouldContain($"/jobs/{id}\"");
        found.Html.ShouldNotContain("/jobs/preview");
        (await visitor.GetAsync("/jobs?model=scripted")).Ok().Html.ShouldContain("value=\"scripted\"");
        (await visitor.GetAsync("/jobs?id_or_key=two%20words")).Text.ShouldContain("visible ASCII");
        (await visitor.GetAsync("/jobs?user=nobody&model=scripted")).Ok().Text.ShouldContain("No job matches these filters.");
        var preview = (await visitor.SendAsync("/jobs", "/jobs/preview", ("action", "erase"), ("model", "absent"), ("user", "nobody"))).Ok();
        preview.Text.ShouldContain("0 jobs match.");
        preview.Text.ShouldContain("absent");
    }

    [Fact]
    public async Task A_job_that_was_edited_leads_to_the_first_one_and_back()
    {
        var id = await api.RunAsync("reject the first try");
        using var visitor = await api.EnterAsync(Role.Client);
        var form = (await visitor.GetAsync($"/try/emotion?from={id}")).Ok();
        form.Html.ShouldContain("resubmitted_from");

        var made = await visitor.CallAsync("/jobs", "POST /api/jobs", ("_json", $$"""{"kind":"emotion","resubmitted_from":"{{id}}"}"""), ("_then", "job"), ("input.text", "the second try"));

        (await visitor.GetAsync(made.Location!)).Ok().Html.ShouldContain($"href=\"/jobs/{id}\"");
        (await visitor.GetAsync($"/jobs/{id}")).Ok().Html.ShouldContain($"href=\"{made.Location}\"");
        using var admin = await api.EnterAsync(Role.Admin);
        (await admin.GetAsync($"/try/emotion?from={id}")).Html.ShouldNotContain("resubmitted_from");
    }

    [Fact]
    public async Task A_new_key_is_shown_once()
    {
        using var visitor = await api.EnterAsync(Role.Admin);

        var made = (await visitor.CallAsync("/keys", "POST /api/keys", ("_then", "show"), ("name", "newcomer"), ("role", "client"))).Ok();
        made.Text.ShouldContain("pk_");
        (await visitor.GetAsync("/keys")).Ok().Text.ShouldContain("newcomer");
        (await visitor.CallAsync("/keys", "PATCH /api/keys/newcomer", ("limits.requests_per_minute:limit", "60"))).Status.ShouldBe(302);
        (await visitor.GetAsync("/keys")).Text.ShouldContain("requests_per_minute 60");
    }
}
