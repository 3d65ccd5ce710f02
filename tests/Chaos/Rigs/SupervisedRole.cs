using Pipeline.TestSupport.Processes;

namespace Pipeline.Chaos.Rigs;

/// <summary>A role that is started again whenever it ends, as an orchestrator does.</summary>
internal sealed class SupervisedRole : IAsyncDisposable
{
    private static readonly TimeSpan RestartDelay = TimeSpan.FromMilliseconds(500);

    private readonly Func<RoleProcess> _start;
    private readonly string _log;
    private readonly TextWriter _progress;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _supervision;
    private volatile RoleProcess _process;
    private volatile RoleProcess? _killed;
    private int _crashes;

    /// <param name="log">Gets what each process has written, once it has ended.</param>
    public SupervisedRole(string name, string log, TextWriter progress, Func<RoleProcess> start)
    {
        (Name, _log, _progress, _start) = (name, log, progress, start);
        _process = start();
        _supervision = SuperviseAsync();
    }

    public string Name { get; }

    public Uri Address => _process.Address;

    /// <summary>Ends that were not ours.</summary>
    public int Crashes => _crashes;

    public async Task KillAsync()
    {
        var process = _process;
        _killed = process;
        await process.KillAsync();
    }

    /// <summary>SIGSTOP, for a time: a machine that hangs. Its leases run out meanwhile if it lasts, and it knows nothing of that.</summary>
    public async Task FreezeAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var process = _process;
        await process.SignalAsync("STOP");
        try
        {
            await Pause.ForAsync(duration, cancellationToken);
        }
        finally
        {
            await process.SignalAsync("CONT");
        }
    }

    /// <summary>Killed while it holds messages that it took and did not start, which others then get behind later ones.</summary>
    public async Task FreezeAndKillAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var process = _process;
        await process.SignalAsync("STOP");
        await Pause.ForAsync(duration, cancellationToken);
        _killed = process;
        await process.KillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        await EndAsync(_process);
        _stopping.Dispose();
    }

    private async Task SuperviseAsync()
    {
        try
        {
            while (true)
            {
                var process = _process;
                await process.EndedAsync(_stopping.Token);
                if (process != _killed)
                {
                    Interlocked.Increment(ref _crashes);
                    await _progress.WriteLineAsync($"{Name} ended by itself: {LastLine(process)}");
                    await Pause.ForAsync(RestartDelay, _stopping.Token);
                }

                _process = _start();
                await EndAsync(process);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private static string LastLine(RoleProcess process) =>
        (process.Errors.Length > 0 ? process.Errors : process.Output).Split('\n')[^1];

    private async Task EndAsync(RoleProcess process)
    {
        await process.DisposeAsync();
        await File.AppendAllTextAsync(_log, $"{process.Output}\n{process.Errors}\n", CancellationToken.None);
    }
}
