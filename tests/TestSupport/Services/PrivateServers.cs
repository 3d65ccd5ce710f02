using System.Diagnostics;
using System.Globalization;

namespace Pipeline.TestSupport.Services;

/// <summary>Servers that eng/services runs: what a fault test may stop, kill and restart.</summary>
public sealed class PrivateServers : IAsyncDisposable
{
    private readonly string _directory;

    private PrivateServers(string directory, ServiceAddresses addresses)
    {
        _directory = directory;
        Addresses = addresses;
    }

    public ServiceAddresses Addresses { get; private set; }

    /// <summary>Servers of this test alone, removed with their data at the end.</summary>
    public static Task<PrivateServers> CreateAsync() => CreateAsync(NewDirectory());

    /// <summary>Where servers of one test can be: under <c>.local/test-servers</c>, or where ./test says.</summary>
    public static string NewDirectory() => Path.Combine(
        Environment.GetEnvironmentVariable("PIPELINE_TEST_SERVERS") ?? RepositoryFiles.Path(".local", "test-servers"), Guid.CreateVersion7().ToString("N"));

    /// <summary>PostgreSQL alone.</summary>
    public static async Task<PrivateServers> CreatePostgresAsync()
    {
        var directory = NewDirectory();
        await RunAsync("start", "postgres", "--dir", directory);
        return new(directory, await ReadAddressesAsync(directory));
    }

    /// <param name="directory">Where they keep settings, data and logs until the end.</param>
    public static async Task<PrivateServers> CreateAsync(string directory) => new(directory, await StartAsync(directory));

    /// <summary>The folder of PostgreSQL's user that has the server's data in <c>data</c>; null where the server is a container.</summary>
    public string? PostgresFolder => new DirectoryInfo(Path.Combine(_directory, "postgres")) is { Exists: true } folder
        ? folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName
        : null;

    /// <summary>The folder of the server's own programs.</summary>
    public string PostgresPrograms => File.ReadAllText(Path.Combine(_directory, "postgres", "bin")).Trim();

    /// <param name="verb">start, stop, restart, kill or wipe.</param>
    /// <param name="server">postgres or rabbitmq.</param>
    public async Task ControlAsync(string verb, string server)
    {
        await RunAsync(verb, server, "--dir", _directory);

        // A port that somebody took while the server was down is replaced.
        Addresses = await ReadAddressesAsync(_directory);
    }

    /// <summary>kill -9 of the server, then its start.</summary>
    public async Task CrashAsync(string server)
    {
        await ControlAsync("kill", server);
        await ControlAsync("start", server);
    }

    /// <summary>What a broken disk does: the broker starts again and knows of no queue and no message.</summary>
    public async Task LoseBrokerDataAsync()
    {
        await ControlAsync("wipe", "rabbitmq");
        await ControlAsync("start", "rabbitmq");
    }

    /// <summary>A user of the broker, with the patterns of what it may configure, write to and read from.</summary>
    /// <returns>How it connects.</returns>
    public async Task<string> AddBrokerUserAsync(string name, string configure, string write, string read)
    {
        await RunAsync("rabbitmqctl", "--dir", _directory, "add_user", name, "password");
        await RunAsync("rabbitmqctl", "--dir", _directory, "set_permissions", name, configure, write, read);
        return new UriBuilder(Addresses.Broker) { UserName = name, Password = "password" }.Uri.AbsoluteUri;
    }

    /// <summary>The queue is there and takes nothing: what a quorum queue does without a leader.</summary>
    public Task SuspendQueueAsync(string queue) => EvaluateAsync($"{Queue(queue)}, ok = sys:suspend(amqqueue:get_pid(Queue)).");

    /// <summary>Takes back <see cref="SuspendQueueAsync"/>.</summary>
    public Task ResumeQueueAsync(string queue) => EvaluateAsync($"{Queue(queue)}, ok = sys:resume(amqqueue:get_pid(Queue)).");

    /// <summary>An alarm: the broker finds itself low on memory and blocks publishers. Null ends it.</summary>
    public Task SetMemoryLimitAsync(double? share) =>
        RunAsync("rabbitmqctl", "--dir", _directory, "set_vm_memory_high_watermark", (share ?? 0.4).ToString(CultureInfo.InvariantCulture));

    /// <summary>How long a consumer may hold a message until the broker closes its channel; looked at every second.</summary>
    public async Task SetConsumerTimeoutAsync(TimeSpan timeout)
    {
        await EvaluateAsync("application:set_env(rabbit, channel_tick_interval, 1000).");
        await EvaluateAsync($"application:set_env(rabbit, consumer_timeout, {(long)timeout.TotalMilliseconds}).");
    }

    /// <summary>How many channels it has closed for that.</summary>
    public async Task<int> CountConsumerTimeoutsAsync() =>
        (await File.ReadAllLinesAsync(Path.Combine(_directory, "logs", "rabbitmq.log"))).Count(line => line.Contains("acknowledgement on channel", StringComparison.Ordinal));

    /// <summary>What an operator does, and a proxy.</summary>
    public Task CloseConnectionsAsync() => RunAsync("rabbitmqctl", "--dir", _directory, "close_all_connections", "a test");

    public async ValueTask DisposeAsync() => await RunAsync("remove", "--dir", _directory);

    internal static async Task<ServiceAddresses> StartAsync(string directory)
    {
        await RunAsync("start", "--dir", directory);
        return await ReadAddressesAsync(directory);
    }

    private static string Queue(string name) => $"{{ok, Queue}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, <<\"{name}\">>))";

    private Task<string> EvaluateAsync(string expression) => RunAsync("rabbitmqctl", "--dir", _directory, "eval", expression);

    private static async Task<ServiceAddresses> ReadAddressesAsync(string directory)
    {
        var settings = (await File.ReadAllLinesAsync(Path.Combine(directory, "env")))
            .Select(line => line.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Trim('\''));
        return new(settings["Postgres__ConnectionString"], settings["Broker__Url"]);
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        // Output goes to a file: servers that outlive the script would hold a pipe open.
        var log = Path.GetTempFileName();
        var start = new ProcessStartInfo("/bin/bash") { WorkingDirectory = RepositoryFiles.Root };
        foreach (var argument in (string[])["-c", "\"$@\" >\"$0\" 2>&1", log, RepositoryFiles.Path("eng", "services"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        var output = await File.ReadAllTextAsync(log);
        File.Delete(log);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"eng/services {string.Join(' ', arguments)} exited {process.ExitCode}: {output}");
        }

        return output;
    }
}
