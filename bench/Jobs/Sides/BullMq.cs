using System.Globalization;
using Pipeline.Bench.Jobs.Http;

namespace Pipeline.Bench.Jobs.Sides;

/// <summary>An HTTP server in Node before BullMQ, a worker that inserts into PostgreSQL, and their Redis; bench/peers/bullmq-pg.</summary>
internal sealed class BullMq : ISide
{
    public const string Name = "bullmq-pg";

    private const string Versions =
        "const v = p => require(`./node_modules/${p}/package.json`).version; console.log(`bullmq ${v('bullmq')}, pg ${v('pg')}, node ${process.versions.node}`)";

    private readonly ChildProcess[] _processes;
    private readonly int _port;

    private BullMq(ChildProcess[] processes, int port, Results results, string version) => (_processes, _port, Results, Version) = (processes, port, results, version);

    public string Version { get; }

    public Results Results { get; }

    private static string Item => FastApiCelery.Item;

    public static async Task<BullMq> StartAsync(Stage stage, CancellationToken cancellationToken)
    {
        string directory = stage.Peer(Name);
        string redis = await Tool.OutputAsync(directory, "On Debian: sudo apt-get install redis-server.", ["redis-server", "--version"], cancellationToken);
        string version = await Tool.OutputAsync(
            directory, "Install node 20 or later and npm, then run npm install in bench/peers/bullmq-pg.", ["node", "-e", Versions], cancellationToken);
        Results results = await Results.CreateAsync(stage, Name, cancellationToken);
        (int redisPort, int port) = (ChildProcess.FreePort(), ChildProcess.FreePort());
        Dictionary<string, string> environment = new()
        {
            ["DATABASE_URL"] = stage.Servers.DatabaseUrl(Name),
            ["REDIS_PORT"] = redisPort.ToString(CultureInfo.InvariantCulture),
            ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
        };
        List<ChildProcess> processes = [];
        try
        {
            processes.Add(StartRedis(stage, redisPort));
            await processes[^1].WaitForPortAsync(redisPort, cancellationToken);
            processes.Add(ChildProcess.Start(stage, "bullmq-server", directory, talks: false, environment, "node", "server.mjs"));
            await processes[^1].WaitForPortAsync(port, cancellationToken);
            processes.Add(ChildProcess.Start(stage, "bullmq-worker", directory, talks: false, environment, "node", "worker.mjs"));
            return new([.. processes], port, results, $"{version}, redis {redis.Split("v=")[^1].Split(' ')[0]}");
        }
        catch
        {
            foreach (ChildProcess process in processes)
            {
                await process.DisposeAsync();
            }

            throw;
        }
    }

    public Task SubmitAsync(int jobs, CancellationToken cancellationToken) =>
        Submissions.OneByOneAsync(_port, KeepAliveConnection.Post("/jobs", Item), jobs, cancellationToken);

    public Task SubmitBatchAsync(int jobs, CancellationToken cancellationToken) =>
        Submissions.BatchAsync(new($"http://127.0.0.1:{_port}/jobs/batch"), Item, jobs, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Results.DisposeAsync();
        foreach (ChildProcess process in _processes.Reverse())
        {
            await process.DisposeAsync();
        }
    }

    /// <summary>As durable as the other brokers: every write is on disk before its answer.</summary>
    private static ChildProcess StartRedis(Stage stage, int port)
    {
        string data = Directory.CreateDirectory(Path.Combine(stage.Scratch, "redis")).FullName;
        return ChildProcess.Start(
            stage, "redis", data, talks: false, new Dictionary<string, string>(), "redis-server", "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
            "--dir", data, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction");
    }
}
