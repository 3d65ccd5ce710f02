namespace Pipeline.Api.Shares;

/// <summary>Places of what is under way in this process: so many for all clients together, and no more than a share of them for one.</summary>
internal sealed class ClientSlots(int perClient, int all)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, int> _clients = [];
    private int _taken;

    /// <summary>Takes a place, which is given back with <see cref="Leave"/>; or says which bound is reached.</summary>
    public ShareBound? Enter(Guid clientId)
    {
        lock (_lock)
        {
            var own = _clients.GetValueOrDefault(clientId);
            if (own >= perClient)
            {
                return ShareBound.Client;
            }

            if (_taken >= all)
            {
                return ShareBound.All;
            }

            _clients[clientId] = own + 1;
            _taken++;
            return null;
        }
    }

    public void Leave(Guid clientId)
    {
        lock (_lock)
        {
            _taken--;
            if (--_clients[clientId] is 0)
            {
                _clients.Remove(clientId); // There may be any number of clients that have nothing here.
            }
        }
    }
}

/// <summary>Whose bound is reached.</summary>
internal enum ShareBound
{
    Client,
    All,
}
