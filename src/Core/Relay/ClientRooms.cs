namespace Pipeline.Core.Relay;

/// <summary>How many more jobs of each client may be in flight (<c>jobs_in_flight</c>), as of one look at the backlog and what was taken since.</summary>
/// <param name="clients">Those with a limit: it, and how many they have in flight.</param>
internal sealed class ClientRooms(Dictionary<Guid, (int Max, int InFlight)> clients)
{
    /// <summary>Nobody has a limit.</summary>
    public static readonly ClientRooms Unlimited = new([]);

    public bool IsFull(Guid clientId) => clients.TryGetValue(clientId, out var client) && client.InFlight >= client.Max;

    /// <summary>Whether a message of so many jobs fits. One that is larger than the whole limit, from before there was that limit, goes alone.</summary>
    public bool TryTake(Guid clientId, int jobs)
    {
        if (!clients.TryGetValue(clientId, out var client))
        {
            return true;
        }

        if (client.InFlight > 0 && client.InFlight + jobs > client.Max)
        {
            return false;
        }

        clients[clientId] = client with { InFlight = client.InFlight + jobs };
        return true;
    }
}
