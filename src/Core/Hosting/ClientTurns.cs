using System.Collections.Concurrent;

namespace Pipeline.Core.Hosting;

/// <summary>
/// So many pieces of work at once. Those of one client wait for each other before they wait for what is left for others: a client never
/// has the last place, unless there is only one.
/// </summary>
/// <param name="count">How many at once.</param>
public sealed class ClientTurns(int count) : IDisposable
{
    private readonly SemaphoreSlim _all = new(count);
    private readonly ConcurrentDictionary<Guid, OwnTurns> _clients = [];
    private readonly int _perClient = Math.Max(1, count - 1);

    /// <summary>Runs it once there is room.</summary>
    public async Task<T> UseAsync<T>(Guid clientId, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var own = Enter(clientId);
        try
        {
            await own.Places.WaitAsync(cancellationToken);
            try
            {
                await _all.WaitAsync(cancellationToken);
                try
                {
                    return await work();
                }
                finally
                {
                    _all.Release();
                }
            }
            finally
            {
                own.Places.Release();
            }
        }
        finally
        {
            Leave(clientId, own);
        }
    }

    public void Dispose() => _all.Dispose();

    /// <summary>Clients without work have no entry: there may be any number of them.</summary>
    private OwnTurns Enter(Guid clientId)
    {
        while (true)
        {
            var own = _clients.GetOrAdd(clientId, _ => new(_perClient));
            lock (own.Lock)
            {
                if (!own.IsGone)
                {
                    own.Users++;
                    return own;
                }
            }
        }
    }

    private void Leave(Guid clientId, OwnTurns own)
    {
        lock (own.Lock)
        {
            if (--own.Users is 0)
            {
                own.IsGone = true;
                _clients.TryRemove(clientId, out _);
            }
        }
    }

    /// <param name="count">How many of the client's at once.</param>
    private sealed class OwnTurns(int count)
    {
        public Lock Lock { get; } = new();

        public SemaphoreSlim Places { get; } = new(count);

        public int Users { get; set; }

        public bool IsGone { get; set; }
    }
}
