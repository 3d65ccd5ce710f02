using System.Collections.Concurrent;
using Pipeline.Core.Attempts;

namespace Pipeline.Workers.Inference.Tests;

/// <summary>Steps in memory, which outlive the attempts of a test.</summary>
internal sealed class KeptSteps : IJobSteps
{
    public ConcurrentDictionary<int, string> Kept { get; } = new();

    public int? Total { get; private set; }

    public Task<IReadOnlyDictionary<int, string>> BeginAsync(Guid jobId, int total, CancellationToken cancellationToken)
    {
        Total = total;
        return Task.FromResult<IReadOnlyDictionary<int, string>>(new Dictionary<int, string>(Kept));
    }

    public Task SaveAsync(Guid jobId, int step, string resultJson, CancellationToken cancellationToken)
    {
        Kept.TryAdd(step, resultJson);
        return Task.CompletedTask;
    }
}
