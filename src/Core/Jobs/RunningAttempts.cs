using System.Collections.Concurrent;

namespace Pipeline.Core.Jobs;

/// <summary>The attempts that run in this process. The runner adds and removes; the lease loop revokes.</summary>
internal sealed class RunningAttempts
{
    private readonly ConcurrentDictionary<(Guid JobId, int Attempt), CancellationTokenSource> _attempts = new();

    public int Count => _attempts.Count;

    public bool Contains((Guid JobId, int Attempt) attempt) => _attempts.ContainsKey(attempt);

    /// <summary>Until disposed, the attempt runs here; revoking it cancels the source.</summary>
    public IDisposable Add(ClaimedJob job, CancellationTokenSource revoked)
    {
        var key = (job.Id, job.Attempt);
        _attempts[key] = revoked;
        return new Registration(this, key);
    }

    public IReadOnlyList<(Guid JobId, int Attempt)> Snapshot() => [.. _attempts.Keys];

    /// <summary>Nobody wants the result of these any more.</summary>
    public void Revoke(IEnumerable<(Guid JobId, int Attempt)> attempts)
    {
        foreach (var attempt in attempts)
        {
            if (_attempts.TryRemove(attempt, out var revoked))
            {
                revoked.Cancel();
            }
        }
    }

    private sealed class Registration(RunningAttempts owner, (Guid, int) key) : IDisposable
    {
        public void Dispose() => owner._attempts.TryRemove(key, out _);
    }
}
