using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Pipeline.Bench.Jobs.Http;
using Pipeline.Bench.Jobs.Scaling;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>
/// Workers from none to four and back to none by KEDA's algorithm, over bursts of jobs. Is a job lost, or one interrupted? How long
/// does the first one of a burst wait for a worker?
/// </summary>
internal static class ScalingCommand
{
    private const string Queue = "emotion";
    private const int WorkersMax = 4;
    private const int Slots = 8;
    private const int JobMilliseconds = 500;

    // Shorter than those of a cluster, and in the same proportions.
    private static readonly TimeSpan _polling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _stabilization = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _cooldown = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(30);

    private const string Totals = """
        select count(*)::int as Jobs, count(*) filter (where state = 'succeeded')::int as Succeeded, coalesce(max(attempt), 0) as Attempts,
               coalesce(max(extract(epoch from started_at - created_at)), 0)::float8 as LongestWait from jobs
        """;

    private const string FirstStart = "select extract(epoch from min(started_at) - min(created_at))::float8 from jobs where created_at >= @Since";

    public static Command Create() => RunOptions.Command("scaling", "Workers from none to four and back, by load.", RunAsync);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        Dictionary<string, string> settings = new()
        {
            ["Postgres__ConnectionString"] = stage.Servers.Postgres,
            ["Broker__Url"] = stage.Servers.Broker,
            ["BENCH_JOB_MILLISECONDS"] = $"{JobMilliseconds}",
            [$"Queues__{Queue}__Prefetch"] = $"{Slots}",
            ["Worker__DrainTimeout"] = "00:00:20",
        };
        await using Field field = new(Console.Error);
        PipelineSide api = await field.StartAsync(PipelineSide.StartAsync(stage, works: false, stage.Servers.Postgres, "jobs", queuePrefix: "", cancellationToken, settings));
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(stage.Servers.Postgres);
        await using WorkerFleet fleet = new(stage, settings, _grace);
        KedaScaler scaler = new(WorkersMax, _stabilization, _cooldown, stage.Time);
        using HttpClient http = new() { BaseAddress = api.Address };
        int[] bursts = parsed.GetValue(RunOptions.Quick) ? [200] : [400, 60, 800];
        JsonArray firsts = [];
        foreach (int jobs in bursts)
        {
            DateTime since = await ReadAsync<DateTime>(database, "select now()", parameters: null, cancellationToken);
            await Submissions.OneByOneAsync(api.Port, KeepAliveConnection.Post(PipelineSide.Path, PipelineSide.Item), jobs, cancellationToken);
            await FollowAsync(http, scaler, fleet, stage.Time, cancellationToken);
            firsts.Add(Math.Round(await ReadAsync<double>(database, FirstStart, new { Since = since }, cancellationToken), 1));
        }

        int killed = await fleet.KilledAsync();
        Facts facts = await ReadAsync<Facts>(database, Totals, parameters: null, cancellationToken);
        JsonObject line = new()
        {
            ["bench"] = "scaling",
            ["bursts"] = new JsonArray([.. bursts.Select(jobs => JsonValue.Create(jobs))]),
            ["lost"] = facts.Jobs - facts.Succeeded,
            ["interrupted"] = facts.Attempts > 1,
            ["killed"] = killed,
            ["workers_most"] = fleet.Most,
            ["workers_left"] = fleet.Count,
            ["seconds_to_first_start"] = firsts,
            ["seconds_of_longest_wait"] = Math.Round(facts.LongestWait, 1),
        };
        await RunOptions.RecordAsync(surroundings => new JsonObject { ["bench"] = "scaling", ["result"] = line.DeepClone(), ["surroundings"] = surroundings }, field, parsed, cancellationToken);
        Console.Out.WriteLine(line.ToJsonString());
        return facts.Jobs == bursts.Sum() && facts.Jobs == facts.Succeeded && facts.Attempts is 1 && killed is 0 && fleet is { Most: WorkersMax, Count: 0 } ? 0 : 1;
    }

    /// <summary>Scales until there was load, nothing of it is left, and no worker is there.</summary>
    private static async Task FollowAsync(HttpClient http, KedaScaler scaler, WorkerFleet fleet, TimeProvider time, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(_polling, time);
        int shown = -1;
        bool loaded = false; // The load is a sample, and the first one may be from before the burst.
        do
        {
            double load = (await http.GetFromJsonAsync<JsonElement>($"/api/queues/{Queue}/load", cancellationToken)).GetProperty("load").GetDouble();
            loaded |= load > 0;
            fleet.Scale(scaler.Next(load, fleet.Count));
            if (fleet.Count != shown)
            {
                shown = fleet.Count;
                await Console.Error.WriteLineAsync($"load {load:0.0}: {shown} workers");
            }

            if (loaded && load is 0 && fleet.Count is 0)
            {
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private static async Task<T> ReadAsync<T>(NpgsqlDataSource database, string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    private sealed record Facts
    {
        public int Jobs { get; init; }

        public int Succeeded { get; init; }

        public int Attempts { get; init; }

        public double LongestWait { get; init; }
    }
}
