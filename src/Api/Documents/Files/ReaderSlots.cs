using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Pipeline.Api.Documents.Files;

/// <summary>How many files are read at once. Files of one client wait for each other before they take what is left for others.</summary>
internal sealed class ReaderSlots(IOptions<ReaderProcessOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _all = new(options.Value.CountMax);
    private readonly ConcurrentDictionary<Guid, ClientSlots> _clients = [];
    private readonly int _perClient = Math.Max(1, options.Value.CountMax - 1);

    /// <summary>Runs it once there is room.</summary>
    public async Task<T> UseAsync<T>(Guid clientId, Func<Task<T>> read, CancellationToken cancellationToken)
    {
        var own = Enter(clientId);
        try
        {
            await own.Slots.WaitAsync(cancellationToken);
            try
            {
                await _all.WaitAsync(cancellationToken);
                try
                {
                    return await read();
                }
                finally
                {
                    _all.Release();
                }
            }
            finally
            {
                own.Slots.Release();
            }
        }
        finally
        {
            Leave(clientId, own);
        }
    }

    public void Dispose() => _all.Dispose();

    /// <summary>Clients without a file have no entry: there may be any number of them.</summary>
    private ClientSlots Enter(Guid clientId)
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

    private void Leave(Guid clientId, ClientSlots own)
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

    /// <param name="count">How many of the client's files are read at once.</param>
    private sealed class ClientSlots(int count)
    {
        public Lock Lock { get; } = new();

        public SemaphoreSlim Slots { get; } = new(count);

        public int Users { get; set; }

        public bool IsGone { get; set; }
    }
}
