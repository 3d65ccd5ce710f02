using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.TestSupport.Processes;

/// <summary>A role of the pipeline as a process of its own, as in production: it can be killed.</summary>
public sealed class RoleProcess : IAsyncDisposable
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private readonly Process _process;
    private readonly int _id;
    private readonly Task _ended;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private RoleProcess(Process process, Uri address)
    {
        _process = process;
        _id = process.Id;
        Address = address;
        process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        // Begun now: a process object that somebody disposes meanwhile knows nothing of its process any more.
        _ended = process.WaitForExitAsync();
    }

    public Uri Address { get; }

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    /// <summary>Starts a role without waiting for anything.</summary>
    /// <param name="project">A folder of src/, for example Api.</param>
    public static RoleProcess Start(string project, IReadOnlyDictionary<string, string?> settings) =>
        Start(Path.Combine("src", project), $"Pipeline.{project}", settings);

    /// <summary>Starts a role that is not one of src/.</summary>
    /// <param name="folder">Of its project, from the root of the checkout.</param>
    public static RoleProcess Start(string folder, string assembly, IReadOnlyDictionary<string, string?> settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", PathOf(folder, assembly))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Urls"] = address.ToString();
        start.Environment["GGML_NO_BACKTRACE"] = "1";

        // Threads of a tiny model that spin on a shared machine are slower than one that does not.
        start.Environment["Inference__Threads"] = "1";
        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return new(Process.Start(start)!, address);
    }

    /// <summary>Starts a role and returns when it is ready.</summary>
    /// <param name="project">A folder of src/, for example Api.</param>
    public static Task<RoleProcess> StartReadyAsync(string project, IReadOnlyDictionary<string, string?> settings) =>
        StartReadyAsync(Path.Combine("src", project), $"Pipeline.{project}", settings);

    /// <summary>The same of one that is not of src/.</summary>
    public static async Task<RoleProcess> StartReadyAsync(string folder, string assembly, IReadOnlyDictionary<string, string?> settings)
    {
        var role = Start(folder, assembly, settings);
        try
        {
            using var http = new HttpClient { BaseAddress = role.Address };
            await Eventually.TrueAsync(() => role.IsReadyAsync(http));
            return role;
        }
        catch (Exception e)
        {
            await role.DisposeAsync();
            throw new InvalidOperationException($"{assembly} was not ready: {e.Message}\n{role.Errors}\n{role.Output}", e);
        }
    }

    /// <summary>What the build made of a project.</summary>
    public static string PathOf(string folder, string assembly) => RepositoryFiles.Path(folder, "bin", Configuration, "net10.0", $"{assembly}.dll");

    /// <summary>kill -9. Of a process that has ended already it does nothing.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await _ended;
    }

    /// <summary>SIGTERM, as an orchestrator stops it; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await ExitAsync();
    }

    /// <summary>Sends a signal, unless the process has ended: whoever else uses it may have killed it.</summary>
    /// <param name="name">Without SIG: STOP holds the process still, CONT lets it go on.</param>
    public async Task SignalAsync(string name)
    {
        if (!_ended.IsCompleted)
        {
            using var kill = Process.Start("kill", [$"-{name}", _id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }
    }

    /// <summary>Returns when it has ended, for whatever reason.</summary>
    public Task EndedAsync(CancellationToken cancellationToken) => _ended.WaitAsync(cancellationToken);

    /// <summary>The exit code, once it ended and its output is read.</summary>
    public async Task<int> ExitAsync()
    {
        await _ended.WaitAsync(Patience.Limit, TimeProvider.System);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        if (_ended.IsCompleted)
        {
            throw new InvalidOperationException($"It exited {_process.ExitCode}.");
        }

        try
        {
            using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Below 32768, from where on Linux gives ports to outgoing connections: one of those could take it before the process starts.</summary>
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    private static void Append(StringBuilder builder, string? line)
    {
        lock (builder)
        {
            builder.AppendLine(line);
        }
    }

    private static string Read(StringBuilder builder)
    {
        lock (builder)
        {
            return builder.ToString().Trim();
        }
    }
}
