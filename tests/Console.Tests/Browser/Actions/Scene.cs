using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pipeline.Console.Languages;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Console.Tests.Browser.Actions;

/// <summary>Somebody of a role at a browser in a language, with the API beside it.</summary>
internal sealed class Scene(ActionStage stage, Tab tab, Role role, string language) : IAsyncDisposable
{
    public Role Role => role;

    public string Language => language;

    public ConsoleApi Api => stage.Api;

    public string Callback => stage.Receiver.Address;

    public IPage Page => tab.Page;

    /// <summary>The API as this client has it.</summary>
    public ApiClient Client { get; } = stage.Api.Host.Client(stage.Api.Key(role));

    /// <summary>Of this scene alone.</summary>
    public string Tag { get; } = $"{language}-{Guid.CreateVersion7().ToString("N")[^8..]}";

    /// <summary>What the action is done to.</summary>
    public string Id { get; set; } = "";

    /// <summary>What else its call names.</summary>
    public string Key { get; set; } = "";

    /// <summary>Let go when the scene ends.</summary>
    public IAsyncDisposable? Held { get; set; }

    /// <summary>A phrase of the pages in the language of the scene.</summary>
    public string Say(string phrase) => Wording.In(language)[phrase];

    public string CallOf(ConsoleAction action) => action.Call.Replace("{id}", Id, StringComparison.Ordinal).Replace("{key}", Key, StringComparison.Ordinal);

    /// <summary>The button of the action, found by what is written on it and by what its form calls.</summary>
    public ILocator ButtonOf(ConsoleAction action)
    {
        var form = action.Route is "/do"
            ? Page.Locator("form", new() { Has = Page.Locator($"input[name=_call][value='{CallOf(action)}']") })
            : Page.Locator($"form[action='{action.Route}'], form:has(button[formaction='{action.Route}'])");
        var label = action.Route is "/language" ? language is "ko" ? "English" : "한국어" : Say(action.Phrase);
        return form.Locator("button[type=submit]").Filter(new() { HasTextRegex = new($"^\\s*{Regex.Escape(label)}\\s*$") });
    }

    public async Task<JsonElement> GetAsync(string path) => (await Client.GetAsync(path)).Json;

    public async Task<string> PostAsync(string path, string json = "{}")
    {
        var answer = await Client.PostAsync(path, json);
        answer.Status.ShouldBeInRange(200, 202, answer.Text);
        return answer.Json.TryGetProperty("id", out var id) ? id.GetString()! : "";
    }

    public async Task SendAsync(HttpMethod method, string path, string? json = null)
    {
        var answer = await Client.SendAsync(method, path, json is null ? null : ApiClient.Json(Encoding.UTF8.GetBytes(json)));
        answer.Status.ShouldBeInRange(200, 204, answer.Text);
    }

    /// <summary>A job that a worker has begun and does not end.</summary>
    public async Task<string> HoldAsync(string? user = null)
    {
        var text = $"hold {Tag}";
        var id = await PostAsync("/api/jobs", JsonSerializer.Serialize(new { kind = "emotion", input = new { text }, user }));
        await Api.Worker.StartedAsync(text);
        return id;
    }

    /// <summary>A job that was rejected.</summary>
    public async Task<string> RejectAsync(string? user = null)
    {
        var id = await PostAsync("/api/jobs", JsonSerializer.Serialize(new { kind = "emotion", input = new { text = $"reject {Tag}" }, user }));
        await IsEventuallyAsync($"/api/jobs/{id}", "failed");
        return id;
    }

    /// <summary>A batch of one job for each of the texts.</summary>
    public Task<string> BatchAsync(params string[] texts) => PostAsync("/api/jobs/batch?kind=emotion", JsonSerializer.Serialize(texts.Select(text => new { text = $"{text} {Tag}" })));

    public Task IsEventuallyAsync(string path, string state) => Eventually.TrueAsync(() => IsAsync(path, state));

    public async Task<bool> IsAsync(string path, string state) => (await GetAsync(path)).GetProperty("state").GetString() == state;

    public async Task<bool> IsGoneAsync(string path) => (await Client.GetAsync(path)).Status is 404;

    /// <summary>Of a list of the API, those that match.</summary>
    public async Task<JsonElement[]> ListAsync(string path, string list, string field, string value) =>
        [.. (await GetAsync(path)).GetProperty(list).EnumerateArray().Where(one => one.TryGetProperty(field, out var found) && found.ToString() == value)];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (Held is not null)
        {
            await Held.DisposeAsync();
        }
    }
}
