using Microsoft.Playwright;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Services;

namespace Pipeline.Console.Tests.Browser;

/// <summary>Pictures of the screens, for people and not for <c>./test</c>: <c>eng/screenshots</c> asks for them.</summary>
[Trait("Category", "Pictures")]
public sealed class ScreenshotTests(SampleData data, Chromium chromium) : IClassFixture<SampleData>
{
    private static readonly string Folder = RepositoryFiles.Path(".local", "screenshots");

    [Fact]
    public async Task Every_screen_is_pictured()
    {
        Directory.CreateDirectory(Folder);
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Admin));
        foreach (var path in (string[])["/?all=true", "/workers", "/keys", "/audit", "/usage?by=day", "/jobs?client=*", "/try/feedback"])
        {
            await TakeAsync(tab, path, "admin");
        }

        await using var own = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client));
        await using var korean = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client), "ko", scheme: ColorScheme.Dark);
        await using var phone = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Client), "ko", width: 390);
        foreach (var (path, number) in data.Paths.Select((path, i) => (path, i)))
        {
            await TakeAsync(own, path, $"en-{number:00}");
            await TakeAsync(korean, path, $"ko-{number:00}");
            await TakeAsync(phone, path, $"phone-{number:00}");
        }

        Directory.EnumerateFiles(Folder, "*.png").Count().ShouldBeGreaterThan(60);
    }

    private static async Task TakeAsync(Tab tab, string path, string name)
    {
        await tab.Page.GotoAsync(path);
        var screen = path.Split('?')[0].Trim('/').Split('/')[0] is { Length: > 0 } first ? first : "overview";
        await tab.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}-{screen}.png"), FullPage = true });
    }
}
