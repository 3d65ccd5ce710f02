using System.Diagnostics;

namespace Pipeline.TestSupport.Services;

/// <summary>Servers that eng/services runs as processes: what a fault test may stop, kill and restart.</summary>
public sealed class PrivateServers : IAsyncDisposable
{
    private readonly string _directory;

    private PrivateServers(string directory, ServiceAddresses addresses)
    {
        _directory = directory;
        Addresses = addresses;
    }

    public ServiceAddresses Addresses { get; }

    /// <summary>Servers of this test alone, removed with their data at the end.</summary>
    public static async Task<PrivateServers> CreateAsync()
    {
        var directory = RepositoryFiles.Path(".local", "test-servers", Guid.CreateVersion7().ToString("N"));
        return new(directory, await StartAsync(directory));
    }

    /// <param name="verb">start, stop or restart.</param>
    /// <param name="server">postgres or rabbitmq.</param>
    public Task ControlAsync(string verb, string server) => RunAsync(verb, server, "--dir", _directory);

    public async ValueTask DisposeAsync() => await RunAsync("remove", "--dir", _directory);

    internal static async Task<ServiceAddresses> StartAsync(string directory)
    {
        await RunAsync("start", "--dir", directory);
        var settings = (await File.ReadAllLinesAsync(Path.Combine(directory, "env")))
            .Select(line => line.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Trim('\''));
        return new(settings["Postgres__ConnectionString"], settings["Broker__Url"]);
    }

    private static async Task RunAsync(params string[] arguments)
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
    }
}
