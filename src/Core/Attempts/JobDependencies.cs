using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Attempts;

/// <summary>What the jobs of this process need from outside of it, by queue.</summary>
internal sealed class JobDependencies : IDisposable
{
    private readonly Dictionary<string, DependencyState> _byQueue = [];

    public JobDependencies(IEnumerable<JobDependency> dependencies, JobCatalog catalog, TimeProvider time, ILogger<JobDependencies> logger)
    {
        All = [.. dependencies.Select(dependency => new DependencyState(dependency, time, logger))];
        foreach (var kind in catalog.All)
        {
            if (All.FirstOrDefault(state => state.Dependency.Kinds.Contains(kind.Name)) is { } state)
            {
                foreach (var queue in kind.Queues)
                {
                    _byQueue[queue] = state;
                }
            }
        }
    }

    public IReadOnlyList<DependencyState> All { get; }

    /// <summary>What jobs of a queue need; null where that is nothing.</summary>
    public DependencyState? Find(string queue) => _byQueue.GetValueOrDefault(queue);

    public bool IsAway(string queue) => Find(queue) is { IsAway: true };

    public void Dispose()
    {
        foreach (var state in All)
        {
            state.Dispose();
        }
    }
}

/// <summary>Asks for dependencies that are away until they are back.</summary>
internal sealed class DependencyProbes(JobDependencies dependencies, TimeProvider time, ILogger<DependencyProbes> logger) : LoopService(time, logger)
{
    protected override Task LoopAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(dependencies.All.Select(state => WatchAsync(state, stoppingToken)).Append(Task.Delay(Timeout.InfiniteTimeSpan, Time, stoppingToken)));

    private static async Task WatchAsync(DependencyState state, CancellationToken stoppingToken)
    {
        while (true)
        {
            await state.WatchAsync(stoppingToken);
        }
    }
}
