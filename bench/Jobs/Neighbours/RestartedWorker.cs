using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Neighbours;

/// <summary>A worker that is started again whenever it ends, as whatever runs it in earnest would.</summary>
internal sealed class RestartedWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<ChildProcess> _start;
    private readonly Task _running;

    /// <param name="start">Starts the process.</param>
    public RestartedWorker(Func<ChildProcess> start)
    {
        _start = start;
        _running = RunAsync();
    }

    /// <summary>How often it ended.</summary>
    public int Deaths { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await using ChildProcess process = _start();
            try
            {
                await process.EndAsync(_stopping.Token);
                Deaths++;
            }
            catch (OperationCanceledException)
            {
                // Disposing ends it.
            }
        }
    }
}
