using System.Globalization;
using Pipeline.Bench.Jobs.Http;

namespace Pipeline.Bench.Jobs.Sides;

/// <summary>FastAPI under uvicorn, and a Celery worker; bench/peers/fastapi-celery.</summary>
internal sealed class FastApiCelery : ISide
{
    public const string Name = "fastapi-celery";

    private const string Remedy =
        "On Debian: sudo apt-get install python3-celery python3-psycopg2 python3-fastapi python3-uvicorn python3-uvloop python3-httptools. "
        + "Elsewhere install celery, psycopg2, fastapi, uvicorn, uvloop and httptools into a virtual environment and set PYTHON to its python.";

    private const string Versions =
        "import celery, fastapi, httptools, psycopg2, uvicorn, uvloop; print(f'celery {celery.__version__}, fastapi {fastapi.__version__}, uvicorn {uvicorn.__version__}')";

    private readonly ChildProcess _server;
    private readonly ChildProcess? _worker;
    private readonly int _port;

    private FastApiCelery(ChildProcess server, ChildProcess? worker, int port, Results results, string version) =>
        (_server, _worker, _port, Results, Version) = (server, worker, port, results, version);

    public string Version { get; }

    /// <summary>Body of the request that submits one job.</summary>
    public static string Item => $$"""{"kind":"no-op","data":"{{Stage.Text}}"}""";

    public static string Path => "/jobs";

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public Results Results { get; }

    public static async Task<FastApiCelery> StartAsync(Stage stage, bool works, CancellationToken cancellationToken)
    {
        string directory = stage.Peer(Name);
        string version = await Tool.OutputAsync(directory, Remedy, [stage.Python, "-c", Versions], cancellationToken);
        Results results = await Results.CreateAsync(stage, Name, cancellationToken);
        int port = ChildProcess.FreePort();
        Dictionary<string, string> environment = new()
        {
            ["DATABASE_URL"] = stage.Servers.DatabaseUrl(Name),
            ["BROKER_URL"] = stage.Servers.Broker + "/", // Celery takes what follows the first slash for the virtual host.
            ["PYTHONDONTWRITEBYTECODE"] = "1",
        };
        ChildProcess server = Start(
            "uvicorn", "app:app", "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
            "--loop", "uvloop", "--http", "httptools", "--log-level", "warning", "--no-access-log");
        try
        {
            await server.WaitForPortAsync(port, cancellationToken);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        ChildProcess? worker = works ? Start(
            "celery", "-A", "tasks", "worker", "--pool", "prefork", "--concurrency", (2 * Environment.ProcessorCount).ToString(CultureInfo.InvariantCulture),
            "--loglevel", "warning", "-O", "fair", "--without-gossip", "--without-mingle", "--without-heartbeat") : null;
        return new(server, worker, port, results, version);

        ChildProcess Start(string module, params IEnumerable<string> arguments) =>
            ChildProcess.Start(stage, module, directory, talks: false, environment, [stage.Python, "-m", module, .. arguments]);
    }

    public Task SubmitAsync(int jobs, CancellationToken cancellationToken) =>
        Submissions.OneByOneAsync(_port, KeepAliveConnection.Post(Path, Item), jobs, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Results.DisposeAsync();
        await (_worker?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _server.DisposeAsync();
    }
}
