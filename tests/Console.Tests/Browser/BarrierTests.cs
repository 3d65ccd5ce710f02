using Microsoft.Playwright;
using Pipeline.Core.Clients;

namespace Pipeline.Console.Tests.Browser;

/// <summary>What axe finds on the screens, and whether a script runs that is not the console's.</summary>
public sealed class BarrierTests(SampleData data, Chromium chromium) : IClassFixture<SampleData>
{
    private static readonly string[] OfOperators = ["/jobs?client=*", "/batches?client=*", "/webhooks?client=*", "/workers", "/audit", "/usage?by=day"];

    [Theory]
    [InlineData("en", Role.Client)]
    [InlineData("en", Role.Operator)]
    [InlineData("ko", Role.Admin)]
    public async Task Every_screen_runs_no_foreign_script_and_keeps_nobody_out(string language, Role role)
    {
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(role), language);
        List<string> barriers = [];
        foreach (var path in (string[])[.. data.Paths, .. role >= Role.Operator ? OfOperators : [], .. role is Role.Admin ? ["/keys"] : (string[])[]])
        {
            await tab.Page.GotoAsync(path);
            (await tab.Page.Locator("html").GetAttributeAsync("lang")).ShouldBe(language);
            barriers.AddRange((await tab.FindBarriersAsync()).Select(barrier => $"{path} {barrier}"));
        }

        barriers.ShouldBeEmpty();
        tab.Faults.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 380)]
    public async Task Dark_and_on_a_phone_the_screens_are_as_open(ColorScheme scheme, int width)
    {
        await using var tab = await chromium.OpenAsync(data.Api.Host.Address, data.Api.Key(Role.Admin), width: width, scheme: scheme);
        List<string> barriers = [];
        foreach (var path in (string[])["/", "/jobs?client=*", $"/jobs/{data.Job}", "/try/chat", "/workers", "/keys", "/prompts"])
        {
            await tab.Page.GotoAsync(path);
            barriers.AddRange((await tab.FindBarriersAsync()).Select(barrier => $"{path} {barrier}"));
            (await tab.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth")).ShouldBeTrue($"{path} scrolls sideways");
        }

        barriers.ShouldBeEmpty();
    }
}
