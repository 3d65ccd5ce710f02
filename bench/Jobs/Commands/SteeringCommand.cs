using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs.Http;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Sides;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>All of 100,000 jobs are canceled by a filter, then retried. How long does a transaction hold rows meanwhile?</summary>
internal static class SteeringCommand
{
    private const int Batches = 2;
    private const int BatchJobs = 50_000;
    private const double MillisecondsMax = 100;

    public static Command Create() => RunOptions.Command("steering", "How long rows are locked while 100,000 jobs are canceled and retried by a filter.", RunAsync);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        PipelineSide pipeline = await field.StartAsync(PipelineSide.StartAsync(stage, works: false, cancellationToken));
        using HttpClient admin = new() { BaseAddress = pipeline.Address };
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await FairnessCommand.AddKeyAsync(admin, "admin", cancellationToken));
        string key = await FairnessCommand.AddKeyAsync(admin, "many", cancellationToken);
        for (int i = 0; i < Batches; i++)
        {
            await Submissions.BatchAsync(new(pipeline.Address, "/api/jobs/batch"), PipelineSide.Item, BatchJobs, cancellationToken, key);
        }

        JsonObject held = new();
        bool holds = true;
        foreach (string action in (string[])["cancel", "retry", "cancel"])
        {
            long began = stage.Time.GetTimestamp();
            double[] milliseconds = await LockTimes.WatchAsync(stage, watched => ActAsync(admin, action, watched), cancellationToken);
            holds &= milliseconds is [] || milliseconds[^1] <= MillisecondsMax;
            held[held.ContainsKey(action) ? action + "_again" : action] = new JsonObject
            {
                ["seconds"] = Math.Round(stage.Time.GetElapsedTime(began).TotalSeconds, 1),
                ["transactions"] = milliseconds.Length,
                ["ms"] = Percentile.Describe(milliseconds),
                ["most_ms"] = milliseconds is [] ? null : Math.Round(milliseconds[^1], 1),
            };
            Console.Error.WriteLine($"{action}: {held.Last().Value!.ToJsonString()}");
        }

        JsonObject line = new() { ["bench"] = "steering", ["jobs"] = Batches * BatchJobs, ["held"] = held };
        await RunOptions.RecordAsync(surroundings => new JsonObject { ["bench"] = "steering", ["result"] = line.DeepClone(), ["surroundings"] = surroundings }, field, parsed, cancellationToken);
        Console.Out.WriteLine(line.ToJsonString());
        return holds ? 0 : 1;
    }

    private static async Task ActAsync(HttpClient admin, string action, CancellationToken cancellationToken)
    {
        object filter = action is "retry" ? new { client = "many", states = (string[])["canceled"] } : new { client = "many" };
        using HttpResponseMessage accepted = await admin.PostAsJsonAsync($"/api/jobs/{action}", filter, cancellationToken);
        if (!accepted.IsSuccessStatusCode)
        {
            throw new BenchException($"{action} was answered with {(int)accepted.StatusCode}: {await accepted.Content.ReadAsStringAsync(cancellationToken)}");
        }

        while ((await admin.GetFromJsonAsync<JsonElement>(accepted.Headers.Location, cancellationToken)).GetProperty("state").GetString() is "running")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, cancellationToken);
        }
    }
}
