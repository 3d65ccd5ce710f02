using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.Console.Tests.Browser.Actions;

/// <summary>One API for all actions, with a browser for each role and language that is used.</summary>
public sealed class ActionStage : IAsyncLifetime
{
    private readonly Dictionary<(Role, string), Tab> _tabs = [];

    internal ConsoleApi Api { get; } = new()
    {
        // Pages that fetch themselves again would take buttons away while they are pressed.
        Settings = [("Console:RefreshInterval", "00:10:00"), ("Webhooks:AllowPrivateTargets", "true"), ("Webhooks:AllowHttp", "true"), ("Webhooks:PollInterval", "00:00:00.020")],
    };

    internal WebhookReceiver Receiver { get; private set; } = null!;

    /// <summary>Somebody else, who is logged in and a client.</summary>
    internal Visitor Stranger { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Api.InitializeAsync();
        Receiver = await WebhookReceiver.StartAsync();
        Stranger = new(Api.Host.Address);
        await Stranger.LogInAsync(await Api.Host.AddKeyAsync("mallory", Role.Client));
        using var client = Api.Host.Client(Api.Key(Role.Client));
        await Eventually.TrueAsync(async () => (await client.GetAsync("/api/models")).Text.Contains("\"large\"", StringComparison.Ordinal));
    }

    internal async Task<Tab> TabAsync(Chromium chromium, Role role, string language) =>
        _tabs.TryGetValue((role, language), out var tab) ? tab : _tabs[(role, language)] = await chromium.OpenAsync(Api.Host.Address, Api.Key(role), language);

    public async ValueTask DisposeAsync()
    {
        foreach (var tab in _tabs.Values)
        {
            await tab.DisposeAsync();
        }

        Stranger.Dispose();
        await Receiver.DisposeAsync();
        await Api.DisposeAsync();
    }
}
