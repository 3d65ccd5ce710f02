using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Attempts;

/// <summary>The attempts that run in this process. The runner adds and removes; the lease loop revokes.</summary>
internal sealed class RunningAttempts : IDisposable
{
    private readonly ConcurrentDictionary<(Guid JobId, int Attempt), CancellationTokenSource> _attempts = new();

    // Not the dictionary's: a revoked attempt is no longer in it, and runs until its handler returns.
    private int _count;
    private readonly AsyncAutoResetEvent _ended = new();

    public bool Contains((Guid JobId, int Attempt) attempt) => _attempts.ContainsKey(attempt);

    /// <summary>Until disposed, the attempt runs here; revoking it cancels the source.</summary>
    public IDisposable Add(ClaimedJob job, CancellationTokenSource revoked)
    {
        var key = (job.Id, job.Attempt);
        Interlocked.Increment(ref _count);
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

    public bool Any => Volatile.Read(ref _count) > 0;

    /// <summary>Returns when nothing runs here. Asked only after the last delivery.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (_count > 0)
        {
            await _ended.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _ended.Dispose();

    private void Remove((Guid, int) key)
    {
        _attempts.TryRemove(key, out _);
        Interlocked.Decrement(ref _count);
        _ended.Set();
    }

    private sealed class Registration(RunningAttempts owner, (Guid, int) key) : IDisposable
    {
        public void Dispose() => owner.Remove(key);
    }
}

/// <summary>
/// Stopping to fetch and stopping to work are two signals: the bus stops fetching at once, and running jobs may go on for
/// <see cref="WorkerOptions.DrainTimeout"/> before they are given back.
/// </summary>
internal sealed class WorkerDrain : IDisposable
{
    private readonly CancellationTokenSource _expired = new();
    private readonly CancellationTokenRegistration _stopping;

    public WorkerDrain(IHostApplicationLifetime lifetime, IOptions<WorkerOptions> options)
    {
        Stopping = lifetime.ApplicationStopping;
        _stopping = lifetime.ApplicationStopping.Register(() => _expired.CancelAfter(options.Value.DrainTimeout));
    }

    /// <summary>Canceled when a stop was asked for: nothing more is started.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Canceled when the time to drain is over.</summary>
    public CancellationToken Expired => _expired.Token;

    public void Dispose()
    {
        _stopping.Dispose();
        _expired.Dispose();
    }
}
