using Microsoft.Playwright;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Services;

namespace Pipeline.Console.Tests.Browser;

/// <summary>Pictures of the screens, for people and not for <c>./test</c>: <c>eng/screenshots</c> asks for them.</summary>
[Trait("Category", "Pictures")]
public sealed class ScreenshotTests(SampleData data, Chromium chromium) : IClassFixture<SampleData>
{
    private static readonly string Folder = Directory.CreateDirectory(RepositoryFiles.Path(".local", "screenshots")).FullName;

    private static readonly string[] Screens =
        ["/", "/jobs", "/actions", "/batches", "/try", "/compare", "/documents", "/search", "/workers", "/usage", "/keys", "/reports", "/prompts", "/webhooks", "/schedules", "/audit"];

    private readonly Dictionary<string, int> _taken = [];

    [Fact]
    public async Task Every_screen_is_pictured()
    {
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Admin));
        foreach (var path in (string[])["/?all=true", "/workers", "/keys", "/audit", "/usage?by=day", "/jobs?client=*", "/try/feedback"])
        {
            await TakeAsync(tab, path, "admin");
        }

        await using var own = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client));
        await using var korean = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client), "ko", scheme: ColorScheme.Dark);
        await using var phone = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client), "ko", width: 390);
        foreach (var path in data.Paths)
        {
            await TakeAsync(own, path, "en");
            await TakeAsync(korean, path, "ko");
            await TakeAsync(phone, path, "phone");
        }

        Directory.EnumerateFiles(Folder, "*.png").Count().ShouldBeGreaterThan(60);
    }

    [Fact]
    public async Task Every_screen_is_pictured_without_anything_and_with_one_job()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();
        await using var tab = await chromium.OpenAsync(host.Address);
        await using var korean = await chromium.OpenAsync(host.Address, language: "ko", width: 390);
        foreach (var path in Screens)
        {
            await TakeAsync(tab, path, "empty");
            await TakeAsync(korean, path, "empty-phone");
        }

        var job = (await client.PostAsync("/api/jobs", """{"kind":"emotion","input":{"text":"The only one."}}""")).Id;
        await host.SampleQueuesAsync();
        foreach (var path in (string[])[.. Screens, $"/jobs/{job}"])
        {
            await TakeAsync(tab, path, "single");
        }
    }

    /// <summary>Named by its path: <c>en-jobs</c>, <c>en-jobs-one</c>, and <c>en-jobs-one-2</c> for the next of the same kind.</summary>
    private async Task TakeAsync(Tab tab, string path, string prefix)
    {
        await tab.Page.GotoAsync(path);
        var parts = path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => Guid.TryParse(part, out _) ? "one" : part);
        var name = string.Join('-', (IEnumerable<string>)[prefix, .. parts.DefaultIfEmpty("overview")]);
        var times = _taken[name] = _taken.GetValueOrDefault(name) + 1;
        await tab.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}{(times > 1 ? $"-{times}" : "")}.png"), FullPage = true });
    }
}
