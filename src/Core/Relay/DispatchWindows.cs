using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Relay;

/// <summary>
/// How much room this process sees in the window of each queue. While there is some and nothing waits, it sends what it accepts
/// itself, from memory. It looks again when half of the room is used up, and once a second; several processes together may so send
/// more than the window holds, each at most as much as it saw.
/// </summary>
public sealed class DispatchWindows(DispatchStore store, IOptions<RelayOptions> options, TimeProvider time, ILogger<DispatchWindows> logger)
    : LoopService(time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // While jobs have to wait, every one of them asks for a look.
    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(50);

    private readonly RelayOptions _options = options.Value;
    private readonly Lock _lock = new();
    private readonly AsyncAutoResetEvent _used = new();
    private readonly SemaphoreSlim _looking = new(1);
    private long _lookedAt;

    // Of a queue that is not here nothing is known yet, or nothing is on its way and no worker lives: it has the least window there is.
    private Dictionary<string, Room> _rooms = [];

    /// <summary>As of the last look; null before the first one.</summary>
    internal Backlog? Seen { get; private set; }

    /// <summary>Whether jobs of these clients that are about to be accepted may be sent right after their commit; they count as sent then.</summary>
    internal bool TryTake(string queue, int jobs, IEnumerable<Guid> owners)
    {
        lock (_lock)
        {
            if (Seen is null || (Seen.PausedClients.Count > 0 && owners.Any(Seen.PausedClients.Contains)))
            {
                return false;
            }

            if (!_rooms.TryGetValue(queue, out var room))
            {
                var least = _options.Window(slots: 0, perSecond: 0);
                _rooms[queue] = room = new(new(Time)) { Seen = least, Left = least };
            }

            if (room.HasBacklog || room.Left < jobs)
            {
                // What comes after them has to wait behind them.
                room.HasBacklog = true;
                _used.Set();
                return false;
            }

            room.Left -= jobs;
            room.Taken += jobs;
            if (room.Left < room.Seen / 2)
            {
                _used.Set();
            }

            return true;
        }
    }

    public override void Dispose()
    {
        _used.Dispose();
        _looking.Dispose();
        base.Dispose();
    }

    /// <summary>Looks now, and returns what it saw. The relay looks in every round, which serves this process as well.</summary>
    internal async Task<Backlog> LookAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            return await LookAloneAsync(cancellationToken);
        }
        finally
        {
            _looking.Release();
        }
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (Seen is null || Time.GetElapsedTime(_lookedAt) >= IntervalMin)
            {
                await LookAsync(stoppingToken);
            }

            RoundDone();
            await Task.Delay(IntervalMin, Time, stoppingToken);
            await _used.WaitAsync(Interval, stoppingToken);
        }
    }

    private async Task<Backlog> LookAloneAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, int> before;
        lock (_lock)
        {
            before = _rooms.ToDictionary(room => room.Key, room => room.Value.Taken);
        }

        var seen = await store.ReadAsync(cancellationToken);
        lock (_lock)
        {
            Dictionary<string, Room> rooms = [];
            foreach (var (queue, backlog) in seen.Queues)
            {
                // What was taken while the database answered may not be in its answer.
                var known = _rooms.GetValueOrDefault(queue);
                var counted = before.GetValueOrDefault(queue);
                var late = (known?.Taken ?? 0) - counted;
                var drain = known?.Drain ?? new(Time);
                drain.Add(counted);
                drain.Observe(backlog.Sent, backlog.Slots);
                var left = _options.Window(backlog.Slots, drain.PerSecond) - backlog.Sent - late;
                rooms[queue] = new(drain) { Seen = left, Left = left, Taken = late, HasBacklog = backlog.IsPaused || backlog.Waiting.Count > 0 };
            }

            _rooms = rooms;
            Seen = seen;
            _lookedAt = Time.GetTimestamp();
        }

        return seen;
    }

    private sealed class Room(DrainRate drain)
    {
        public required int Seen { get; init; }

        public DrainRate Drain => drain;

        public required int Left { get; set; }

        /// <summary>Since the last look.</summary>
        public int Taken { get; set; }

        public bool HasBacklog { get; set; }
    }
}
