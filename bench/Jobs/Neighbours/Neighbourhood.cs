using System.Globalization;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Neighbours;

/// <summary>The system that a good client and a hostile one share: an API, two workers that are started again when they die, and one that embeds.</summary>
internal sealed class Neighbourhood : IAsyncDisposable
{
    private const int Workers = 2;
    private const int JobMilliseconds = 50;
    private const int DepthMax = 100_000; // As it ships.
    private const int Prefetch = 64;

    private readonly List<IAsyncDisposable> _parts = [];

    private Neighbourhood(PipelineSide side) => Side = side;

    public PipelineSide Side { get; }

    public IReadOnlyList<RestartedWorker> Emotions { get; private set; } = [];

    public static async Task<Neighbourhood> StartAsync(Field field, Stage stage, CancellationToken cancellationToken)
    {
        Dictionary<string, string> settings = new()
        {
            ["Webhooks__AllowPrivateTargets"] = "true", // The receivers are on this machine.
            ["Webhooks__AllowHttp"] = "true",
            ["Queues__emotion__DepthMax"] = Number(DepthMax),
            ["Queues__emotion-bulk__DepthMax"] = Number(DepthMax),
            ["Queues__emotion__Prefetch"] = Number(Prefetch),
            ["Queues__emotion-bulk__Prefetch"] = Number(Prefetch),
            ["Queues__emotion-bulk__ItemsPerMessage"] = "16",
        };
        Neighbourhood here = new(await field.StartAsync(
            PipelineSide.StartAsync(stage, works: false, stage.Servers.Postgres, "jobs", queuePrefix: "", cancellationToken, settings)));
        settings["Postgres__ConnectionString"] = stage.Servers.Postgres;
        settings["Broker__Url"] = stage.Servers.Broker;
        settings["BENCH_JOB_MILLISECONDS"] = Number(JobMilliseconds);
        settings["BENCH_POISON"] = "1";
        settings["Worker__JobTimeout"] = "00:00:05";
        here.Emotions = [.. Enumerable.Range(1, Workers).Select(i => new RestartedWorker(() => Start(stage, $"Worker-{i}", "bench/NoOpWorker", "Bench.NoOpWorker", [], settings)))];
        here._parts.AddRange(here.Emotions);

        // As docs/operations.md advises for machines that also serve people.
        here._parts.Add(Start(stage, "Embedding", "src/Workers.Embedding", "Workers.Embedding", ["nice", "-n", "19"], new(settings)
        {
            ["Inference__Threads"] = "1",
            ["Queues__document-bulk__Prefetch"] = "2",
            ["Urls"] = $"http://127.0.0.1:{ChildProcess.FreePort()}",
        }));
        return here;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable part in _parts)
        {
            await part.DisposeAsync();
        }
    }

    private static ChildProcess Start(Stage stage, string name, string project, string assembly, string[] before, Dictionary<string, string> settings)
    {
        string program = stage.Program(project, assembly);
        return ChildProcess.Start(stage, name, Path.GetDirectoryName(program)!, talks: false, settings, [.. before, "dotnet", program]);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
