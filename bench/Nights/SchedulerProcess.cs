using System.Diagnostics;

namespace Pipeline.Bench.Nights;

/// <summary>A scheduler in a process of its own, which can be killed as a machine would lose it.</summary>
internal sealed class SchedulerProcess(string name, string clock, string log) : IDisposable
{
    private Process? _process;

    public bool Runs => _process is { HasExited: false };

    public void Start()
    {
        if (!Runs)
        {
            _process?.Dispose();
            _process = Process.Start(new ProcessStartInfo("bash", [
                "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "bench", log, "dotnet", typeof(SchedulerProcess).Assembly.Location, "scheduler", "--clock", clock,
            ]));
        }
    }

    /// <summary>As kill -9 does.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        if (Runs)
        {
            _process!.Kill();
            await _process.WaitForExitAsync(cancellationToken);
        }
    }

    public override string ToString() => name;

    public void Dispose()
    {
        if (Runs)
        {
            _process!.Kill();
        }

        _process?.Dispose();
    }
}
