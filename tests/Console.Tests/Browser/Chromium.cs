using Microsoft.Playwright;
using Pipeline.Console.Tests.Browser;
using Pipeline.TestSupport.Services;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Pipeline.Console.Tests.Browser;

/// <summary>Debian's Chromium, which <c>./test</c> installs, for all tests of this assembly.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>axe-core, from npm.</summary>
    public static string Axe { get; } = RepositoryFiles.Path(".local", "npm", "axe", "node_modules", "axe-core", "axe.min.js");

    public async ValueTask InitializeAsync()
    {
        var path = Places.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("There is no Chromium: ./test Console.Tests installs it, or apt-get install chromium fonts-noto-cjk.");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"] });
    }

    /// <summary>A tab of a browser that has logged in, and watches for what the policy of the page forbids and for scripts that fail.</summary>
    internal async Task<Tab> OpenAsync(Uri address, string? key = null, string language = "en", int width = 1280, int height = 800, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = address.ToString(),
            Locale = language is "ko" ? "ko-KR" : "en-US",
            TimezoneId = "Asia/Seoul",
            ColorScheme = scheme,
            ViewportSize = new() { Width = width, Height = height },
        });
        Tab tab = new(context, await context.NewPageAsync());
        if (key is not null)
        {
            await tab.LogInAsync(key);
        }

        return tab;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}

/// <summary>A page of a browser of its own.</summary>
internal sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public Tab(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            // A status that is no 200 is what some tests look for.
            if (message.Type is "error" && !message.Text.Contains("the server responded with a status of", StringComparison.Ordinal))
            {
                Faults.Add(message.Text);
            }
        };
        page.PageError += (_, error) => Faults.Add(error);
        page.Dialog += (_, dialog) =>
        {
            Dialogs.Add(dialog.Message);
            _ = dialog.AcceptAsync();
        };
    }

    public IPage Page { get; }

    /// <summary>What went wrong in scripts, or was forbidden by the policy.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>What the page asked; all of it was answered with yes.</summary>
    public List<string> Dialogs { get; } = [];

    public async Task LogInAsync(string key)
    {
        await Page.GotoAsync("/login");
        await Page.FillAsync("input[name=key]", key);
        await Page.ClickAsync("button.primary");
        await Page.WaitForSelectorAsync(".side");
    }

    /// <summary>Serious and critical findings of axe-core on the page as it is.</summary>
    public async Task<IReadOnlyList<string>> FindBarriersAsync()
    {
        File.Exists(Chromium.Axe).ShouldBeTrue("./test Console.Tests installs the npm package axe-core into .local/npm/axe; run it once.");
        await Page.EvaluateAsync(await File.ReadAllTextAsync(Chromium.Axe));
        return await Page.EvaluateAsync<string[]>("""
            async () => (await axe.run()).violations.filter(found => ["serious", "critical"].includes(found.impact))
              .map(found => `${found.id}: ${found.help} (${found.nodes.slice(0, 3).map(node => node.html.slice(0, 160) + " " + (node.any[0]?.message ?? "")).join(" | ")})`)
            """);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
