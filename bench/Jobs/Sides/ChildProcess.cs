using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Sides;

/// <summary>A process of a side. It lives through all rounds, idle while others are measured.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan _startTimeMax = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(100);
    private readonly Process _process;
    private readonly string _name;
    private readonly string _log;
    private readonly TimeProvider _time;

    private ChildProcess(Process process, string name, string log, TimeProvider time) => (_process, _name, _log, _time) = (process, name, log, time);

    public double MemoryMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1024d / 1024d;
        }
    }

    /// <param name="talks">Its stdin and stdout are a conversation; else both outputs go to its log.</param>
    public static ChildProcess Start(Stage stage, string name, string directory, bool talks, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> command)
    {
        string log = Path.Combine(Directory.CreateDirectory(Path.Combine(stage.Scratch, "logs")).FullName, name + ".log");

        // The shell opens the log and becomes the program.
        string redirection = talks ? "2>\"$log\"" : ">\"$log\" 2>&1 </dev/null";
        ProcessStartInfo start = new("bash", ["-c", $"log=$1; shift; exec \"$@\" {redirection}", "bench", log, .. command])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = talks,
            RedirectStandardOutput = talks,
        };
        foreach ((string key, string value) in environment)
        {
            start.Environment[key] = value;
        }

        return new(Process.Start(start)!, name, log, stage.Time);
    }

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Returns once the process accepts connections.</summary>
    public async Task WaitForPortAsync(int port, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        while (!await AnswersAsync(port, cancellationToken))
        {
            if (_process.HasExited || _time.GetElapsedTime(start) > _startTimeMax)
            {
                throw Failed($"does not listen on port {port}");
            }

            await Task.Delay(_pollInterval, _time, cancellationToken);
        }
    }

    /// <summary>The next line that the process writes.</summary>
    public async Task<string> ReadAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw Failed("ended");

    public async Task<string> AskAsync(string line, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    /// <summary>Returns once it has ended.</summary>
    public Task EndAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Tells it to stop, and kills it after its grace; false where that was needed.</summary>
    public async Task<bool> StopAsync(TimeSpan grace)
    {
        using (Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await kill.WaitForExitAsync(CancellationToken.None);
        }

        using CancellationTokenSource patience = new(grace, _time);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None); // Killed: it ends.
        }

        _process.Dispose();
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using TcpClient client = new();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private BenchException Failed(string what) =>
        new($"{_name} {what}{(_process.HasExited ? $" (exit code {_process.ExitCode})" : "")}; its reason is in {_log}.");
}
