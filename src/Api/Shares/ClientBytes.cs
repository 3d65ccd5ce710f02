namespace Pipeline.Api.Shares;

/// <summary>Bytes that what is under way holds in this process: so many for all clients together, and no more than a share of them for one.</summary>
internal sealed class ClientBytes(long perClient, long all)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, long> _clients = [];
    private long _taken;

    public HeldBytes Begin(Guid clientId) => new(this, clientId);

    private ShareBound? Take(Guid clientId, long bytes)
    {
        lock (_lock)
        {
            var own = _clients.GetValueOrDefault(clientId);
            if (own + bytes > perClient)
            {
                return ShareBound.Client;
            }

            if (_taken + bytes > all)
            {
                return ShareBound.All;
            }

            _clients[clientId] = own + bytes;
            _taken += bytes;
            return null;
        }
    }

    private void GiveBack(Guid clientId, long bytes)
    {
        lock (_lock)
        {
            _taken -= bytes;
            if ((_clients[clientId] -= bytes) is 0)
            {
                _clients.Remove(clientId);
            }
        }
    }

    /// <summary>What one request holds, until disposed.</summary>
    internal sealed class HeldBytes(ClientBytes owner, Guid clientId) : IDisposable
    {
        private long _bytes;

        /// <summary>Holds so many more; or says which bound is reached, and holds what it held.</summary>
        public ShareBound? Add(long bytes)
        {
            if (owner.Take(clientId, bytes) is { } bound)
            {
                return bound;
            }

            _bytes += bytes;
            return null;
        }

        public void Dispose()
        {
            if (_bytes > 0)
            {
                owner.GiveBack(clientId, _bytes);
                _bytes = 0;
            }
        }
    }
}
