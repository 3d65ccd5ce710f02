using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Scaling;

/// <summary>Workers that are started and stopped as an orchestrator would: the youngest is told first, and killed after its grace.</summary>
internal sealed class WorkerFleet(Stage stage, IReadOnlyDictionary<string, string> settings, TimeSpan grace) : IAsyncDisposable
{
    private readonly List<ChildProcess> _workers = [];
    private readonly List<Task<bool>> _stopping = [];
    private int _started;

    public int Count => _workers.Count;

    public int Most { get; private set; }

    public void Scale(int workers)
    {
        while (_workers.Count < workers)
        {
            string program = stage.Program("bench/NoOpWorker", "Bench.NoOpWorker");
            _workers.Add(ChildProcess.Start(stage, $"scaled-{++_started}", Path.GetDirectoryName(program)!, talks: false, settings, "dotnet", program));
        }

        while (_workers.Count > workers)
        {
            ChildProcess youngest = _workers[^1];
            _workers.RemoveAt(_workers.Count - 1);
            _stopping.Add(youngest.StopAsync(grace));
        }

        Most = Math.Max(Most, _workers.Count);
    }

    /// <summary>How many had to be killed, once all that were told to stop have ended.</summary>
    public async Task<int> KilledAsync() => (await Task.WhenAll(_stopping)).Count(ended => !ended);

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess worker in _workers)
        {
            await worker.DisposeAsync();
        }
    }
}
