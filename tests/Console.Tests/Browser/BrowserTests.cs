using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Console.Tests.Browser;

public sealed class BrowserTests(SampleData data, Chromium chromium) : IClassFixture<SampleData>
{
    [Fact]
    public async Task Markup_of_a_client_runs_nowhere()
    {
        var id = await data.Api.RunAsync("<img src=x onerror=alert(1)><script>alert(2)</script>");
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client));

        foreach (var path in (string[])[$"/jobs/{id}", $"/try/emotion?from={id}", "/jobs?error_code=" + Uri.EscapeDataString("\"><script>alert(3)</script>"), "/search?q=%3Csvg%20onload%3Dalert(4)%3E"])
        {
            await tab.Page.GotoAsync(path);
        }

        tab.Dialogs.ShouldBeEmpty();
        tab.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Text_appears_while_it_is_made_and_the_result_follows()
    {
        using var client = data.Api.Host.Client(data.Api.Key(Role.Client));
        const string Text = "hold one two three";
        var id = (await client.PostAsync("/api/jobs", """{"kind":"chat","input":{"messages":[{"role":"user","content":"hold one two three"}]}}""")).Json.GetProperty("id").GetString();
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client));
        await tab.Page.GotoAsync($"/jobs/{id}");

        await Assertions.Expect(tab.Page.Locator(".answer")).ToContainTextAsync("hold");
        data.Api.Host.Chat.Release(Text);

        await Assertions.Expect(tab.Page.Locator(".head .state")).ToHaveTextAsync("succeeded");
        await Assertions.Expect(tab.Page.Locator(".answer")).ToHaveTextAsync(Text);
        tab.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Times_are_those_of_the_viewer()
    {
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client));
        await tab.Page.GotoAsync($"/jobs/{data.Job}");

        var time = tab.Page.Locator("time").First;
        (await time.GetAttributeAsync("title"))!.ShouldEndWith("UTC");
        (await time.TextContentAsync())!.ShouldNotContain("UTC");
    }

    [Fact]
    public async Task Keys_open_the_search_and_the_screens()
    {
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client));
        await tab.Page.GotoAsync("/");

        await KeysOpenAsync(tab.Page, "**/jobs", async keyboard =>
        {
            await keyboard.PressAsync("g");
            await keyboard.PressAsync("j");
        });
        await KeysOpenAsync(tab.Page, $"**/jobs/{data.Job}", async keyboard =>
        {
            await keyboard.PressAsync("/");
            await keyboard.PressAsync("Control+a"); // What an earlier try may have left.
            await keyboard.TypeAsync(data.Job);
            await keyboard.PressAsync("Enter");
        });
    }

    /// <summary>On a busy machine keys may come too late for each other, or fall into a page that is being left: they are pressed again.</summary>
    private static Task KeysOpenAsync(IPage page, string url, Func<IKeyboard, Task> press) =>
        Eventually.TrueAsync(async () =>
        {
            await page.EvaluateAsync("document.activeElement?.blur()");
            await press(page.Keyboard);
            try
            {
                await page.WaitForURLAsync(url, new() { Timeout = 5_000 });
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        });

    [Fact]
    public async Task A_queue_is_paused_after_a_question_and_resumed()
    {
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Operator));
        await tab.Page.GotoAsync("/workers");
        var row = tab.Page.Locator("tr", new() { Has = tab.Page.Locator("th", new() { HasTextRegex = new Regex("^embedding$") }) });

        await row.Locator("input[name=reason]").FillAsync("a new model");
        await row.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("a new model");
        tab.Dialogs.ShouldHaveSingleItem().ShouldContain("embedding");
        await row.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Assertions.Expect(row.Locator("input[name=reason]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_job_is_tried_from_its_form()
    {
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client), "ko");
        await tab.Page.GotoAsync("/try/emotion");

        await tab.Page.FillAsync("textarea[name='input.text']", "정말 기뻐요!");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "제출" }).ClickAsync();

        await tab.Page.WaitForURLAsync("**/jobs/*");
        await Assertions.Expect(tab.Page.Locator(".big")).ToContainTextAsync("기쁨");
    }

    [Theory]
    [InlineData("en", "Id or key", "Filter", "Edit and submit as a new job", "Submit", "Repeat of")]
    [InlineData("ko", "ID 또는 키", "필터", "고쳐서 새 작업으로 제출", "제출", "원본 작업")]
    public async Task A_job_is_found_by_the_end_of_its_id_edited_and_sent_again(string language, string idOrKey, string filter, string edit, string submit, string repeatOf)
    {
        var id = await data.Api.RunAsync("reject and edit in " + language);
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client), language);
        await tab.Page.GotoAsync("/jobs");

        await tab.Page.GetByLabel(idOrKey).FillAsync(id[^8..]);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = filter, Exact = true }).ClickAsync();
        await tab.Page.WaitForURLAsync("**/jobs?*id_or_key=*");
        await tab.Page.Locator("table.jobs tbody a").First.ClickAsync();
        await tab.Page.WaitForURLAsync($"**/jobs/{id}");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = edit }).ClickAsync();
        await tab.Page.FillAsync("textarea[name='input.text']", "edited in " + language);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = submit, Exact = true }).ClickAsync();

        var origin = tab.Page.Locator("dl.facts div", new() { HasText = repeatOf }).Locator("a");
        await Assertions.Expect(origin).ToHaveAttributeAsync("href", $"/jobs/{id}");
        await origin.ClickAsync();
        await tab.Page.WaitForURLAsync($"**/jobs/{id}");
        tab.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_open_screen_fetches_itself_again()
    {
        using var client = data.Api.Host.Client(data.Api.Key(Role.Client));
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client));
        await tab.Page.GotoAsync("/batches");
        var before = await tab.Page.Locator("tbody tr").CountAsync();

        await client.PostAsync("/api/jobs/batch?kind=emotion", """[{"text":"fresh"}]""");

        await Assertions.Expect(tab.Page.Locator("tbody tr")).ToHaveCountAsync(before + 1, new() { Timeout = 30_000 });
        tab.Faults.ShouldBeEmpty();
    }
}
