using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs.Http;
using Pipeline.Bench.Jobs.Sides;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>One client floods a queue; nine others send it a job a second each. What do they notice? And do two floods share by their weights?</summary>
internal static class FairnessCommand
{
    private const string Queue = "emotion-bulk";
    private const int Others = 9;
    private const int Slots = 64;
    private const int FloodBatches = 2;
    private const int FloodBatch = 50_000;
    private const double IdleTimesMax = 3;

    private static readonly TimeSpan _jobTakes = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _idle = TimeSpan.FromSeconds(10);
    private static readonly Option<int> _seconds = RunOptions.Number("--seconds", "How long the others are watched beside the flood", 30, 3_600);

    public static Command Create() => RunOptions.Command("fairness", "Nine clients beside one that floods their queue.", RunAsync, _seconds);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        string milliseconds = _jobTakes.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
        PipelineSide pipeline = await field.StartAsync(PipelineSide.StartAsync(
            stage, works: true, stage.Servers.Postgres, "jobs", queuePrefix: "", cancellationToken, new Dictionary<string, string>
            {
                ["BENCH_JOB_MILLISECONDS"] = milliseconds,
                ["BENCH_JOB_USAGE"] = "1",
                [$"Queues__{Queue}__Prefetch"] = Slots.ToString(CultureInfo.InvariantCulture),
                [$"Queues__{Queue}__ItemsPerMessage"] = "4",
            }));
        using HttpClient admin = new() { BaseAddress = pipeline.Address };
        Authorize(admin, await AddKeyAsync(admin, "admin", cancellationToken));
        string flood = await AddKeyAsync(admin, "flood", cancellationToken);
        List<HttpClient> others = [];
        for (int i = 0; i < Others; i++)
        {
            HttpClient other = new() { BaseAddress = pipeline.Address };
            Authorize(other, await AddKeyAsync(admin, $"other-{i}", cancellationToken));
            others.Add(other);
        }

        Watch idle = await WatchAsync(others, _idle, stage.Time, cancellationToken);
        for (int i = 0; i < FloodBatches; i++)
        {
            await Submissions.BatchAsync(new(pipeline.Address, "/api/jobs/batch"), PipelineSide.Item, FloodBatch, cancellationToken, flood);
        }

        Watch beside = await WatchAsync(others, TimeSpan.FromSeconds(parsed.GetValue(_seconds)), stage.Time, cancellationToken);
        int left = await DepthAsync(admin, cancellationToken);
        await Shares.CancelAllAsync(admin, cancellationToken);
        double longHeavy = await Shares.MeasureAsync(admin, pipeline.Address, "long-heavy", isLong: true, stage.Time, cancellationToken);
        double shortHeavy = await Shares.MeasureAsync(admin, pipeline.Address, "short-heavy", isLong: false, stage.Time, cancellationToken);
        double median = Median.Of(beside.Milliseconds);
        double bound = (IdleTimesMax * Median.Of(idle.Milliseconds)) + _jobTakes.TotalMilliseconds;
        JsonObject line = new()
        {
            ["bench"] = "fairness",
            ["flood"] = FloodBatches * FloodBatch,
            ["flood_left"] = left,
            ["refused"] = beside.Refused,
            ["milliseconds"] = new JsonObject { ["idle"] = Percentile.Describe(idle.Milliseconds), ["beside"] = Percentile.Describe(beside.Milliseconds), ["bound"] = Math.Round(bound, 1) },
            ["ratios"] = new JsonObject { ["median_vs_bound"] = Math.Round(median / bound, 3), ["share_long_vs_due"] = Math.Round(longHeavy, 3), ["share_short_vs_due"] = Math.Round(shortHeavy, 3) },
        };
        others.ForEach(other => other.Dispose());
        await RunOptions.RecordAsync(surroundings => new JsonObject { ["bench"] = "fairness", ["result"] = line.DeepClone(), ["surroundings"] = surroundings }, field, parsed, cancellationToken);
        Console.Out.WriteLine(line.ToJsonString());
        return beside.Refused is 0 && median <= bound && Shares.AreDue(longHeavy) && Shares.AreDue(shortHeavy) ? 0 : 1;
    }

    /// <summary>Every client sends a job a second and waits for its result.</summary>
    private static async Task<Watch> WatchAsync(IReadOnlyList<HttpClient> clients, TimeSpan duration, TimeProvider time, CancellationToken cancellationToken)
    {
        List<double> milliseconds = [];
        int refused = 0;
        await Task.WhenAll(clients.Select(async client =>
        {
            long start = time.GetTimestamp();
            using PeriodicTimer second = new(TimeSpan.FromSeconds(1), time);
            List<Task> sent = [];
            while (time.GetElapsedTime(start) < duration && await second.WaitForNextTickAsync(cancellationToken))
            {
                sent.Add(SendAsync(client));
            }

            await Task.WhenAll(sent);
        }));
        return new([.. milliseconds.Order()], refused);

        async Task SendAsync(HttpClient client)
        {
            long start = time.GetTimestamp();
            using HttpRequestMessage request = new(HttpMethod.Post, "/api/jobs")
            {
                Content = JsonContent.Create(new { kind = "emotion", priority = "bulk", input = new { text = Stage.Text } }),
                Headers = { { "Prefer", "wait=60" } },
            };
            using HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
            lock (milliseconds)
            {
                if (response.IsSuccessStatusCode)
                {
                    milliseconds.Add(time.GetElapsedTime(start).TotalMilliseconds);
                }
                else
                {
                    refused++;
                }
            }
        }
    }

    internal static async Task<string> AddKeyAsync(HttpClient admin, string name, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await admin.PostAsJsonAsync("/api/keys", new { name }, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("key").GetString()!;
    }

    private static async Task<int> DepthAsync(HttpClient admin, CancellationToken cancellationToken) =>
        (await admin.GetFromJsonAsync<JsonElement>("/api/queues", cancellationToken)).GetProperty("queues").EnumerateArray()
            .First(queue => queue.GetProperty("queue").GetString() == Queue).GetProperty("depth").GetInt32();

    private static void Authorize(HttpClient client, string key) => client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

    /// <param name="Milliseconds">From each request to its result, the least first.</param>
    /// <param name="Refused">Requests without a result.</param>
    private sealed record Watch(double[] Milliseconds, int Refused);
}
