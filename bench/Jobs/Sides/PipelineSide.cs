using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Pipeline.Bench.Jobs.Http;

namespace Pipeline.Bench.Jobs.Sides;

/// <summary>This project: the API as it ships, and a worker whose handler does nothing.</summary>
internal sealed class PipelineSide : ISide
{
    public const string Name = "pipeline";

    // Those of a handler that answers at once; the defaults suit the batches of a model.
    private const int Prefetch = 512;
    private const int ItemsPerMessage = 64;
    private const int DepthMax = 10_000_000;
    private static readonly string _item = $$$"""{"kind":"emotion","input":{"text":"{{{Stage.Text}}}"}}""";
    private readonly ChildProcess _api;
    private readonly ChildProcess? _worker;
    private readonly int _port;

    private PipelineSide(ChildProcess api, ChildProcess? worker, int port, Results results) => (_api, _worker, _port, Results) = (api, worker, port, results);

    public string Version => "Pipeline, of this commit";

    /// <summary>Body of the request that submits one job.</summary>
    public static string Item => _item;

    public static string Path => "/api/jobs";

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public Results Results { get; }

    /// <summary>Resident memory of each process.</summary>
    public JsonObject MemoryMegabytes => _worker is null
        ? new() { ["api"] = Math.Round(_api.MemoryMegabytes) }
        : new() { ["api"] = Math.Round(_api.MemoryMegabytes), ["worker"] = Math.Round(_worker.MemoryMegabytes) };

    public int Port => _port;

    public static Task<PipelineSide> StartAsync(Stage stage, bool works, CancellationToken cancellationToken) =>
        StartAsync(stage, works, stage.Servers.Postgres, jobs: "jobs", queuePrefix: "", cancellationToken);

    /// <param name="works">Whether there is a worker.</param>
    /// <param name="postgres">Connection string of its database.</param>
    /// <param name="jobs">The table whose rows are the jobs of a measurement: all, or those of a day.</param>
    /// <param name="queuePrefix">Its queues, where several share the broker.</param>
    /// <param name="more">Environment variables of both processes, over those that they have anyway.</param>
    public static async Task<PipelineSide> StartAsync(
        Stage stage, bool works, string postgres, string jobs, string queuePrefix, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? more = null)
    {
        int port = ChildProcess.FreePort();
        Dictionary<string, string> settings = new()
        {
            ["Postgres__ConnectionString"] = postgres,
            ["Broker__QueuePrefix"] = queuePrefix,
            ["Broker__Url"] = stage.Servers.Broker,
            ["Queues__emotion__Prefetch"] = Prefetch.ToString(CultureInfo.InvariantCulture),
            ["Queues__emotion-bulk__Prefetch"] = Prefetch.ToString(CultureInfo.InvariantCulture),
            ["Queues__emotion-bulk__ItemsPerMessage"] = ItemsPerMessage.ToString(CultureInfo.InvariantCulture),
            ["Queues__emotion__DepthMax"] = DepthMax.ToString(CultureInfo.InvariantCulture),
            ["Queues__emotion-bulk__DepthMax"] = DepthMax.ToString(CultureInfo.InvariantCulture),
        };
        foreach ((string name, string value) in more ?? new Dictionary<string, string>())
        {
            settings[name] = value;
        }

        ChildProcess api = Start(stage, "src/Api", queuePrefix + "Api", "Api", new(settings) { ["Urls"] = $"http://127.0.0.1:{port}" });
        ChildProcess? worker = null;
        try
        {
            await api.WaitForPortAsync(port, cancellationToken); // It has migrated the schema by then.
            worker = works ? Start(stage, "bench/NoOpWorker", queuePrefix + "Worker", "Bench.NoOpWorker", settings) : null;
            Results results = new(
                "Pipeline",
                NpgsqlDataSource.Create(postgres),
                $"select count(*)::int from {jobs} where state = 'succeeded'",
                $"truncate {jobs}, {await BacklogTableAsync(postgres, cancellationToken)}",
                stage.Time);
            return new(api, worker, port, results);
        }
        catch
        {
            await api.DisposeAsync();
            throw;
        }
    }

    public Task SubmitAsync(int jobs, CancellationToken cancellationToken) =>
        Submissions.OneByOneAsync(_port, KeepAliveConnection.Post(Path, _item), jobs, cancellationToken);

    public Task SubmitBatchAsync(int jobs, CancellationToken cancellationToken) =>
        Submissions.BatchAsync(new(Address, "/api/jobs/batch"), _item, jobs, cancellationToken);

    /// <summary>Requests that are held until the result is there.</summary>
    public async Task<IReadOnlyList<double>> OneByOneAsync(int jobs, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] request = KeepAliveConnection.Post(Path, _item, "Prefer: wait=30\r\n");
        using KeepAliveConnection connection = await KeepAliveConnection.OpenAsync(_port, cancellationToken);
        List<double> milliseconds = [];
        for (int i = 0; i < jobs; i++)
        {
            long start = time.GetTimestamp();
            await connection.SendAsync(request, status: 200, cancellationToken);
            milliseconds.Add(time.GetElapsedTime(start).TotalMilliseconds);
        }

        return milliseconds;
    }

    public async ValueTask DisposeAsync()
    {
        await Results.DisposeAsync();
        await (_worker?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _api.DisposeAsync();
    }

    /// <summary>Older versions call it otherwise.</summary>
    private static async Task<string> BacklogTableAsync(string postgres, CancellationToken cancellationToken)
    {
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(postgres);
        await using NpgsqlCommand command = database.CreateCommand("select coalesce(to_regclass('dispatches'), to_regclass('outbox'))::text");
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static ChildProcess Start(Stage stage, string project, string name, string assembly, Dictionary<string, string> settings)
    {
        string program = stage.Program(project, assembly);
        return ChildProcess.Start(stage, name, System.IO.Path.GetDirectoryName(program)!, talks: false, settings, "dotnet", program);
    }
}
