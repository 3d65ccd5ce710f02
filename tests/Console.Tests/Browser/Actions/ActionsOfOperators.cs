using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Core.Clients;
using Pipeline.Core.Schedules;

namespace Pipeline.Console.Tests.Browser.Actions;

/// <summary>What operators do to what all share, and admins to keys.</summary>
internal static class ActionsOfOperators
{
    private const string Queue = "report-bulk";
    private const string Model = "large";

    public static IEnumerable<ConsoleAction> All =>
    [
        OfSchedule("Run now", "run", paused: false, async scene => (await ScheduleAsync(scene)).TryGetProperty("requested_at", out _)),
        OfSchedule("Pause", "pause", paused: false, async scene => (await ScheduleAsync(scene)).GetProperty("state").GetString() is "paused"),
        OfSchedule("Resume", "resume", paused: true, async scene => (await ScheduleAsync(scene)).GetProperty("state").GetString() is "active"),
        new("PauseForm", "Pause", "PUT /api/pauses/queue/{id}")
        {
            Lowest = Role.Operator,
            Prepare = async scene =>
            {
                scene.Id = Queue;
                await scene.Client.DeleteAsync($"/api/pauses/queue/{Queue}");
                return "/workers";
            },
            Fields = scene => [("reason", scene.Tag)],
            IsDone = async scene => await scene.ListAsync("/api/pauses", "pauses", "reason", scene.Tag) is [_],
        },
        new("PauseForm", "Resume", "DELETE /api/pauses/queue/{id}")
        {
            Lowest = Role.Operator,
            Prepare = async scene =>
            {
                scene.Id = Queue;
                await scene.SendAsync(HttpMethod.Put, $"/api/pauses/queue/{Queue}");
                return "/workers";
            },
            IsDone = async scene => await scene.ListAsync("/api/pauses", "pauses", "name", Queue) is [],
        },
        OfWorker("Drain", "PUT", isDraining: true),
        OfWorker("Let it take jobs again", "DELETE", isDraining: false),
        new("ModelTable", "Move", "PUT /api/models/{id}/file")
        {
            Lowest = Role.Operator,
            Prepare = async scene =>
            {
                await scene.Client.DeleteAsync($"/api/models/{scene.Id = Model}/file");
                return "/workers";
            },
            Fields = scene => [("path", $"/models/{scene.Tag}.gguf")],
            IsDone = async scene => (await scene.GetAsync("/api/models")).GetRawText().Contains($"/models/{scene.Tag}.gguf", StringComparison.Ordinal),
        },
        new("ModelTable", "Back to the settings' file", "DELETE /api/models/{id}/file")
        {
            Lowest = Role.Operator,
            Prepare = async scene =>
            {
                await scene.SendAsync(HttpMethod.Put, $"/api/models/{scene.Id = Model}/file", JsonSerializer.Serialize(new { path = $"/models/{scene.Tag}.gguf" }));
                return "/workers";
            },
            IsDone = async scene => !(await scene.GetAsync("/api/models")).GetRawText().Contains($"/models/{scene.Tag}.gguf", StringComparison.Ordinal),
        },
        new("KeysPage", "Make", "POST /api/keys")
        {
            Lowest = Role.Admin,
            Prepare = scene => Task.FromResult<string?>($"/keys?of={scene.Id = "made-" + scene.Tag}"),
            Fields = scene => [("name", scene.Id), ("role", "operator")],
            IsDone = async scene => await KeysAsync(scene) is [var key] && key.GetProperty("role").GetString() is "operator" && await scene.Page.Locator("#secret").IsVisibleAsync(),
        },
        OfKey("Save", "PATCH /api/keys/{id}", async scene => await KeysAsync(scene) is [var key] && key.GetProperty("weight").GetDouble() is 2 && key.GetProperty("limits").GetProperty("requests_per_minute").GetInt64() is 60) with
        {
            Fields = _ => [("weight:number", "2"), ("limits.requests_per_minute:limit", "60")],
        },
        OfKey("Rotate", "POST /api/keys/{id}/rotate", async scene => await KeysAsync(scene) is [_, _] && await scene.Page.Locator("#secret").IsVisibleAsync()),
        OfKey("Revoke", "DELETE /api/keys/{id}?key={key}", async scene => await KeysAsync(scene) is [var key] && key.GetProperty("state").GetString() is "revoked"),
        OfKey("Pause", "PUT /api/pauses/client/{id}", async scene => await scene.ListAsync("/api/pauses", "pauses", "name", scene.Id) is [_]) with { File = "PauseForm", Refused = Role.Client },
        new("KeysPage", "Erase the client", "POST /api/keys/{id}/erase")
        {
            Lowest = Role.Admin,
            Prepare = async scene =>
            {
                var page = await PrepareKeyAsync(scene);
                await scene.SendAsync(HttpMethod.Delete, $"/api/keys/{scene.Id}");
                return page;
            },
            IsDone = async scene => await KeysAsync(scene) is [],
        },
    ];

    private static ConsoleAction OfSchedule(string phrase, string verb, bool paused, Func<Scene, Task<bool>> isDone) => new("SchedulesPage", phrase, $"POST /api/schedules/{{id}}/{verb}")
    {
        Lowest = Role.Operator,
        Prepare = async scene =>
        {
            var store = scene.Api.Host.Services.GetRequiredService<ScheduleStore>();
            await store.RegisterAsync([new() { Id = scene.Id = $"probe-{scene.Tag}", Description = "Probes.", Cron = "30 3 * * *", TimeZone = "Asia/Seoul" }], TestContext.Current.CancellationToken);
            if (paused)
            {
                await scene.PostAsync($"/api/schedules/{scene.Id}/pause");
            }

            return "/schedules";
        },
        IsDone = isDone,
    };

    private static async Task<JsonElement> ScheduleAsync(Scene scene) => (await scene.ListAsync("/api/schedules", "schedules", "id", scene.Id)).Single();

    private static ConsoleAction OfWorker(string phrase, string method, bool isDraining) => new("WorkersPage", phrase, $"{method} /api/workers/{{id}}/drain")
    {
        Lowest = Role.Operator,
        Prepare = async scene =>
        {
            // Not the one that works for the other tests.
            scene.Id = (await scene.ListAsync("/api/workers", "workers", "host", "gpu-1:1")).Single().GetProperty("id").GetString()!;
            await scene.SendAsync(isDraining ? HttpMethod.Delete : HttpMethod.Put, $"/api/workers/{scene.Id}/drain");
            return "/workers";
        },
        IsDone = async scene =>
        {
            var state = (await scene.ListAsync("/api/workers", "workers", "id", scene.Id)).Single().GetProperty("state").GetString();
            return (state is "draining" or "drained") == isDraining;
        },
    };

    private static ConsoleAction OfKey(string phrase, string call, Func<Scene, Task<bool>> isDone) => new("KeysPage", phrase, call)
    {
        Lowest = Role.Admin,
        Prepare = PrepareKeyAsync,
        IsDone = isDone,
    };

    private static async Task<string?> PrepareKeyAsync(Scene scene)
    {
        await scene.Api.Host.AddKeyAsync(scene.Id = $"guest-{scene.Tag}", Role.Client);
        scene.Key = (await KeysAsync(scene)).Single().GetProperty("id").GetString()!;
        return "/keys";
    }

    private static Task<JsonElement[]> KeysAsync(Scene scene) => scene.ListAsync("/api/keys?limit=200", "keys", "name", scene.Id);
}
