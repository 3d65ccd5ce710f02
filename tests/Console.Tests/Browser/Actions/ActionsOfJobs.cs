using System.Text.Json;
using Pipeline.Core.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Pipeline.Console.Tests.Browser.Actions;

/// <summary>What is done to jobs, one or many.</summary>
internal static class ActionsOfJobs
{
    public static IEnumerable<ConsoleAction> All =>
    [
        new("JobPage", "Cancel", "DELETE /api/jobs/{id}?erase=false")
        {
            Refusal = Refusal.Stranger,
            Prepare = async scene => $"/jobs/{scene.Id = await scene.HoldAsync()}",
            IsDone = scene => scene.IsAsync($"/api/jobs/{scene.Id}", "canceled"),
        },
        new("JobPage", "Erase", "DELETE /api/jobs/{id}?erase=true")
        {
            Refusal = Refusal.Stranger,
            Prepare = async scene => $"/jobs/{scene.Id = await scene.RejectAsync()}",
            IsDone = scene => scene.IsGoneAsync($"/api/jobs/{scene.Id}"),
        },
        new("JobPage", "Retry", "POST /api/jobs/{id}/retry")
        {
            Refusal = Refusal.Stranger,
            Prepare = async scene => $"/jobs/{scene.Id = await scene.RejectAsync()}",
            IsDone = WasRetriedAsync,
        },
        new("BatchPage", "Cancel the rest", "DELETE /api/batches/{id}")
        {
            Refusal = Refusal.Stranger,
            Prepare = async scene =>
            {
                scene.Id = await scene.BatchAsync("hold");
                await scene.Api.Worker.StartedAsync($"hold {scene.Tag}");
                return $"/batches/{scene.Id}";
            },
            IsDone = async scene => (await scene.GetAsync($"/api/batches/{scene.Id}")).GetProperty("counts").TryGetProperty("canceled", out var canceled) && canceled.GetInt32() is 1,
        },
        new("BatchPage", "Erase", "DELETE /api/batches/{id}?erase=true")
        {
            Refusal = Refusal.Stranger,
            Prepare = scene => PrepareBatchAsync(scene, "joy"),
            IsDone = scene => scene.IsGoneAsync($"/api/batches/{scene.Id}"),
        },
        new("BatchPage", "Retry the failed ones …", "POST /jobs/preview") { Prepare = scene => PrepareBatchAsync(scene, "reject"), IsDone = CountsOneAsync },
        .. OfMany("cancel", scene => scene.HoldAsync(scene.Tag), scene => scene.IsAsync($"/api/jobs/{scene.Id}", "canceled")),
        .. OfMany("retry", scene => scene.RejectAsync(scene.Tag), WasRetriedAsync),
        .. OfMany("erase", scene => scene.RejectAsync(scene.Tag), scene => scene.IsGoneAsync($"/api/jobs/{scene.Id}")),
        new("JobActionsPage", "Stop", "DELETE /api/jobs/actions/{id}")
        {
            Refusal = Refusal.Stranger,
            Prepare = async scene =>
            {
                // Whoever carries actions out waits for this lock, so that it goes on.
                scene.Held = await AdvisoryLock.AcquireAsync(scene.Api.Host.Services.GetRequiredService<NpgsqlDataSource>(), "job-actions", TestContext.Current.CancellationToken);
                scene.Id = await scene.PostAsync("/api/jobs/retry", JsonSerializer.Serialize(new { user = scene.Tag }));
                return "/actions";
            },
            IsDone = scene => scene.IsAsync($"/api/jobs/actions/{scene.Id}", "stopped"),
        },
        new("TryPage", "Submit", "POST /api/jobs")
        {
            Prepare = _ => Task.FromResult<string?>("/try/emotion"),
            Fields = scene => [("input.text", $"tried {scene.Tag}"), ("priority", "bulk")],
            IsDone = async scene => scene.Page.Url.Contains("/jobs/", StringComparison.Ordinal)
                && (await scene.GetAsync($"/api{new Uri(scene.Page.Url).AbsolutePath}/input")).GetProperty("text").GetString() == $"tried {scene.Tag}",
        },
        new("TryPage", "Ask them side by side", "POST /compare")
        {
            Prepare = _ => Task.FromResult<string?>("/try/emotion"),
            Fields = scene => [("input.text", $"compared {scene.Tag}")],
            Fill = scene => scene.Page.Locator("input[name=_models][value=broken]").UncheckAsync(),
            IsDone = async scene => scene.Page.Url.Split("jobs=") is [_, var jobs] && jobs.Split(',') is [var one, var another]
                && (await ModelAsync(scene, one), await ModelAsync(scene, another)) is ("large", "small") or ("small", "large"),
        },
    ];

    /// <summary>Of a filter: its count first, and then what is done to all that match.</summary>
    private static IEnumerable<ConsoleAction> OfMany(string action, Func<Scene, Task<string>> prepare, Func<Scene, Task<bool>> isDone)
    {
        var word = char.ToUpperInvariant(action[0]) + action[1..];
        ConsoleAction count = new("JobsPage", $"{word} all that match …", "POST /jobs/preview")
        {
            Prepare = async scene =>
            {
                scene.Id = await prepare(scene);
                return $"/jobs?kind=emotion&user={scene.Tag}";
            },
            IsDone = CountsOneAsync,
        };
        return
        [
            count,
            new("PreviewPage", $"{word} them", $"POST /api/jobs/{action}")
            {
                Prepare = async scene =>
                {
                    await scene.Page.GotoAsync((await count.Prepare(scene))!);
                    await scene.ButtonOf(count).ClickAsync();
                    await scene.Page.Locator(".big").WaitForAsync();
                    return null;
                },
                IsDone = isDone,
            },
        ];
    }

    private static async Task<string?> PrepareBatchAsync(Scene scene, string text)
    {
        scene.Id = await scene.BatchAsync(text);
        await scene.IsEventuallyAsync($"/api/batches/{scene.Id}", "finished");
        return $"/batches/{scene.Id}";
    }

    private static async Task<bool> CountsOneAsync(Scene scene) => (await scene.Page.Locator(".big").TextContentAsync())!.Any(letter => letter is '1');

    private static async Task<bool> WasRetriedAsync(Scene scene) => (await scene.GetAsync($"/api/jobs/{scene.Id}/attempts")).GetProperty("attempts").GetArrayLength() is 2;

    private static async Task<string?> ModelAsync(Scene scene, string job) => (await scene.GetAsync($"/api/jobs/{job}/input")).GetProperty("model").GetString();
}
