namespace Pipeline.Core.Relay;

/// <summary>All queues, as the relay sees them.</summary>
internal sealed record Backlog
{
    public static Backlog Empty { get; } = new() { Queues = new Dictionary<string, QueueBacklog>(), PausedClients = new HashSet<Guid>() };

    public required IReadOnlyDictionary<string, QueueBacklog> Queues { get; init; }

    public required IReadOnlySet<Guid> PausedClients { get; init; }

    public QueueBacklog Of(string queue) => Queues.GetValueOrDefault(queue) ?? QueueBacklog.Empty;
}

/// <summary>One queue, as the relay sees it.</summary>
internal sealed record QueueBacklog
{
    public static QueueBacklog Empty { get; } = new()
    {
        Sent = 0,
        Slots = 0,
        IsPaused = false,
        ClientsWaiting = 0,
        HeldBack = 0,
        Rooms = ClientRooms.Unlimited,
        Waiting = new Dictionary<Guid, double>(),
    };

    /// <summary>Jobs that are with the broker or in the hands of a worker.</summary>
    public required int Sent { get; init; }

    /// <summary>Jobs that the living workers of the queue run at once.</summary>
    public required int Slots { get; init; }

    /// <summary>Nothing of it is dispatched.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>Clients with something that waits.</summary>
    public required int ClientsWaiting { get; init; }

    /// <summary>How many of them wait until jobs of theirs end, because they have as many in flight as they may.</summary>
    public required int HeldBack { get; init; }

    /// <summary>The same for all queues of a look, since what clients have in flight counts in all of them together.</summary>
    public required ClientRooms Rooms { get; init; }

    /// <summary>Those of them whose jobs may go, and their weights.</summary>
    public required IReadOnlyDictionary<Guid, double> Waiting { get; init; }
}
