using System.Text.Json;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Console.Tests.Browser.Actions;

/// <summary>What every client does with what is its own: prompts, documents, reports, webhooks, sessions.</summary>
internal static class ActionsOfOwners
{
    private static readonly string Yesterday = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    public static IEnumerable<ConsoleAction> All =>
    [
        new("PromptPage", "Save", "PUT /api/prompts/{id}")
        {
            Refusal = Refusal.Stranger,
            Prepare = PreparePromptAsync,
            Fields = _ => [("system", "You are brief.\nName a cost.")],
            IsDone = async scene => (await scene.GetAsync($"/api/prompts/{scene.Id}")).GetProperty("version").GetInt32() is 2,
        },
        new("PromptPage", "Save", "POST /api/prompts")
        {
            Prepare = async scene =>
            {
                var builtIn = (await scene.GetAsync("/api/prompts?kind=feedback&language=en")).GetProperty("prompts").EnumerateArray().First(IsBuiltIn);
                return $"/prompts/{builtIn.GetProperty("id").GetString()}";
            },
            IsDone = async scene => (await scene.GetAsync("/api/prompts?kind=feedback&language=en")).GetProperty("prompts").EnumerateArray().Any(prompt => !IsBuiltIn(prompt)),
        },
        new("PromptPage", "Delete", "DELETE /api/prompts/{id}")
        {
            Refusal = Refusal.Stranger,
            Prepare = PreparePromptAsync,
            IsDone = scene => scene.IsGoneAsync($"/api/prompts/{scene.Id}"),
        },
        new("PromptPage", "Use this version", "POST /api/prompts/{id}/rollback")
        {
            Refusal = Refusal.Stranger,
            Prepare = async scene =>
            {
                var path = await PreparePromptAsync(scene);
                await scene.SendAsync(HttpMethod.Put, $"/api{path}", """{"system":"You are verbose."}""");
                return path;
            },
            IsDone = async scene => (await scene.GetAsync($"/api/prompts/{scene.Id}")).GetProperty("system").GetString() is "You are brief.",
        },
        new("DocumentsPage", "Add", "POST /api/documents")
        {
            Prepare = _ => Task.FromResult<string?>("/documents"),
            Fields = scene => [("title", scene.Tag), ("text", $"An index helps reads. {scene.Tag}")],
            IsDone = async scene => await scene.ListAsync("/api/documents", "documents", "title", scene.Tag) is [_],
        },
        new("DocumentsPage", "Upload", "POST /api/documents")
        {
            Prepare = _ => Task.FromResult<string?>("/documents"),
            Fill = scene => scene.Page.Locator("input[type=file]").SetInputFilesAsync(new Microsoft.Playwright.FilePayload
            {
                Name = scene.Tag + ".txt",
                MimeType = "text/plain",
                Buffer = System.Text.Encoding.UTF8.GetBytes("Writes pay for it. " + scene.Tag),
            }),
            IsDone = async scene => (await scene.GetAsync("/api/documents")).GetProperty("documents").EnumerateArray().Any(document => document.GetRawText().Contains(scene.Tag, StringComparison.Ordinal)),
        },
        new("DocumentsPage", "Delete", "DELETE /api/documents/{id}")
        {
            Refusal = Refusal.Stranger,
            Prepare = async scene =>
            {
                scene.Id = await scene.PostAsync("/api/documents", JsonSerializer.Serialize(new { title = scene.Tag, text = $"To be deleted. {scene.Tag}" }));
                return "/documents";
            },
            IsDone = scene => scene.IsGoneAsync($"/api/documents/{scene.Id}"),
        },
        new("ReportsPage", "Ask", "POST /api/activity")
        {
            Prepare = _ => Task.FromResult<string?>("/reports"),
            Fields = _ => [("from", Yesterday), ("to", Yesterday)],
            IsDone = async scene => await scene.ListAsync("/api/activity?scope=range", "reports", "from", Yesterday) is [_],
        },
        new("WebhooksPage", "Make a secret", "POST /api/webhooks/secrets")
        {
            Prepare = async scene =>
            {
                await ForgetSecretsAsync(scene);
                return "/webhooks";
            },
            IsDone = async scene => (await scene.GetAsync("/api/webhooks/secrets")).GetProperty("secrets").GetArrayLength() is 1
                && await scene.Page.Locator("#secret").IsVisibleAsync(),
        },
        new("WebhooksPage", "Revoke", "DELETE /api/webhooks/secrets/{id}")
        {
            Refusal = Refusal.Stranger,
            Prepare = async scene =>
            {
                await ForgetSecretsAsync(scene);
                scene.Id = await scene.PostAsync("/api/webhooks/secrets");
                return "/webhooks";
            },
            IsDone = async scene => (await scene.GetAsync("/api/webhooks/secrets")).GetProperty("secrets").GetArrayLength() is 0,
        },
        new("WebhooksPage", "Replay", "POST /api/webhooks/deliveries/{id}/replay")
        {
            Refusal = Refusal.Stranger,
            Prepare = PrepareDeliveryAsync,
            IsDone = async scene => (await scene.GetAsync($"/api/webhooks/deliveries/{scene.Id}")).GetProperty("attempts").GetInt32() > 1,
        },
        new("LoginPage", "Log in", "POST /login")
        {
            Refusal = Refusal.Forged,
            NeedsOwnTab = true,
            Prepare = async scene =>
            {
                await scene.Page.Context.ClearCookiesAsync();
                return "/login?_back=%2Fjobs";
            },
            Fields = scene => [("key", scene.Api.Key(scene.Role))],
            IsDone = async scene => scene.Page.Url.EndsWith("/jobs", StringComparison.Ordinal) && (await scene.Page.Context.CookiesAsync()).Any(cookie => cookie.Name is "pipeline-session"),
        },
        new("Shell", "Log out", "POST /logout")
        {
            Refusal = Refusal.Forged,
            NeedsOwnTab = true,
            Prepare = _ => Task.FromResult<string?>("/jobs"),
            IsDone = async scene =>
            {
                await scene.Page.GotoAsync("/jobs");
                return scene.Page.Url.Contains("/login", StringComparison.Ordinal);
            },
        },
        new("LanguageSwitch", "the other language", "POST /language")
        {
            Refusal = Refusal.Forged,
            NeedsOwnTab = true,
            Prepare = _ => Task.FromResult<string?>("/jobs"),
            IsDone = async scene => await scene.Page.Locator("html").GetAttributeAsync("lang") != scene.Language,
        },
    ];

    private static bool IsBuiltIn(JsonElement prompt) => prompt.TryGetProperty("built_in", out var builtIn) && builtIn.GetBoolean();

    private static async Task<string?> PreparePromptAsync(Scene scene)
    {
        scene.Id = await scene.PostAsync("/api/prompts", JsonSerializer.Serialize(new { kind = "chat", name = scene.Tag, language = "en", system = "You are brief." }));
        return $"/prompts/{scene.Id}";
    }

    private static async Task<string?> PrepareDeliveryAsync(Scene scene)
    {
        await ForgetSecretsAsync(scene);
        await scene.PostAsync("/api/webhooks/secrets");
        var job = await scene.PostAsync("/api/jobs", JsonSerializer.Serialize(new { kind = "emotion", input = new { text = scene.Tag }, callback_url = scene.Callback }));
        await Eventually.TrueAsync(async () =>
        {
            var deliveries = await scene.ListAsync($"/api/webhooks/deliveries?job={job}", "deliveries", "state", "delivered");
            scene.Id = deliveries is [var delivery] ? delivery.GetProperty("id").GetString()! : "";
            return scene.Id.Length > 0;
        });
        return "/webhooks";
    }

    private static async Task ForgetSecretsAsync(Scene scene)
    {
        foreach (var secret in (await scene.GetAsync("/api/webhooks/secrets")).GetProperty("secrets").EnumerateArray())
        {
            await scene.SendAsync(HttpMethod.Delete, $"/api/webhooks/secrets/{secret.GetProperty("id").GetString()}");
        }
    }
}
