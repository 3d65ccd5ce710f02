using System.Globalization;
using Npgsql;
using Pipeline.Core.Postgres;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;
using RabbitMQ.Client;

namespace Pipeline.Chaos.Rigs;

/// <summary>
/// The system as it is in production, a process each: two of the API, two workers, PostgreSQL and RabbitMQ, and a network
/// between them that can be made to fail. The harness itself talks to the servers past that network.
/// </summary>
internal sealed class Rig : IAsyncDisposable
{
    private const int Copies = 2;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(200);

    private readonly PrivateServers _servers;
    private readonly SemaphoreSlim _serverGate = new(1);

    private Rig(PrivateServers servers, TextWriter progress) => (_servers, Progress) = (servers, progress);

    /// <summary>How long a worker that gives no sign counts as alive.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Where everybody tells what happens.</summary>
    public TextWriter Progress { get; }

    public required TcpProxy Database { get; init; }

    public required TcpProxy Broker { get; init; }

    public IReadOnlyList<SupervisedRole> Apis { get; private set; } = [];

    public IReadOnlyList<SupervisedRole> Workers { get; private set; } = [];

    public int Crashes => Apis.Concat(Workers).Sum(role => role.Crashes);

    public static async Task<Rig> CreateAsync(ChaosOptions options, TextWriter progress)
    {
        var servers = await PrivateServers.CreateAsync(options.Servers);
        if (Directory.Exists(options.Logs))
        {
            Directory.Delete(options.Logs, recursive: true);
        }

        Directory.CreateDirectory(options.Logs);
        var rig = new Rig(servers, progress)
        {
            Database = new(() => new NpgsqlConnectionStringBuilder(servers.Addresses.Postgres).Port),
            Broker = new(() => new Uri(servers.Addresses.Broker).Port),
        };
        rig.Database.Start();
        rig.Broker.Start();
        rig.Apis = rig.Roles("api", options.Logs, options.JobTime, settings => RoleProcess.Start("Api", settings));
        rig.Workers = rig.Roles("worker", options.Logs, options.JobTime, settings => RoleProcess.Start("bench/NoOpWorker", "Pipeline.Bench.NoOpWorker", settings));
        return rig;
    }

    /// <summary>Past the proxy, and not pooled: the server restarts.</summary>
    private async Task<NpgsqlConnection> OpenDatabaseAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_servers.Addresses.Postgres + ";Pooling=false;Command Timeout=120");
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>Past the proxy.</summary>
    public Task<IConnection> ConnectToBrokerAsync(CancellationToken cancellationToken) =>
        new ConnectionFactory { Uri = new Uri(_servers.Addresses.Broker), AutomaticRecoveryEnabled = false }.CreateConnectionAsync(cancellationToken);

    /// <summary>Asks a server that may be restarting, until it answers.</summary>
    public async Task<T> UntilDatabaseAnswersAsync<T>(Func<NpgsqlConnection, Task<T>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var database = await OpenDatabaseAsync(cancellationToken);
                return await ask(database);
            }
            catch (NpgsqlException e) when (TransientErrors.IsTransient(e))
            {
                await Pause.ForAsync(RetryInterval, cancellationToken);
            }
        }
    }

    /// <summary>One at a time: the data of a server that another fault is starting must not be deleted.</summary>
    public async Task WithServersAsync(Func<PrivateServers, Task> action, CancellationToken cancellationToken)
    {
        await _serverGate.WaitAsync(cancellationToken);
        try
        {
            await action(_servers);
        }
        finally
        {
            _serverGate.Release();
        }
    }

    public void Heal()
    {
        Database.Heal();
        Broker.Heal();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Apis.Concat(Workers).Select(role => role.DisposeAsync().AsTask()));
        await Database.DisposeAsync();
        await Broker.DisposeAsync();
        await _servers.DisposeAsync();
        _serverGate.Dispose();
    }

    private SupervisedRole[] Roles(string name, string logs, TimeSpan jobTime, Func<IReadOnlyDictionary<string, string?>, RoleProcess> start) =>
        [.. Enumerable.Range(1, Copies).Select(i => new SupervisedRole($"{name}-{i}", Path.Combine(logs, $"{name}-{i}.log"), Progress, () => start(Settings(jobTime))))];

    private Dictionary<string, string?> Settings(TimeSpan jobTime) => new()
    {
        ["Postgres:ConnectionString"] = new NpgsqlConnectionStringBuilder(_servers.Addresses.Postgres) { Port = Database.Port }.ConnectionString,
        ["Broker:Url"] = new UriBuilder(_servers.Addresses.Broker) { Port = Broker.Port }.Uri.ToString(),
        ["BENCH_JOB_MILLISECONDS"] = jobTime.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture),
        ["Worker:Lease"] = Lease.ToString("c"),
    };
}
