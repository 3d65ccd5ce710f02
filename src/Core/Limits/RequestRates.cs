using System.Collections.Concurrent;

namespace Pipeline.Core.Limits;

/// <summary>
/// Counts the requests of clients in minutes of the clock (UTC). A process decides by what it let in itself and what it knows of the others, which
/// <see cref="RequestRateShare"/> tells it once a second: so a client can pass its limit by what the others let in within a second.
/// </summary>
public sealed class RequestRates(TimeProvider time)
{
    private const int ClientsMax = 10_000;

    private readonly ConcurrentDictionary<Guid, Count> _counts = new();

    /// <summary>Counts a request in, if the limit holds it.</summary>
    public RequestRate Take(Guid clientId, int max)
    {
        var now = time.GetUtcNow();
        var minute = MinuteOf(now);
        if (_counts.Count >= ClientsMax)
        {
            foreach (var (idle, count) in _counts.Where(entry => entry.Value.Minute < minute))
            {
                _counts.TryRemove(KeyValuePair.Create(idle, count));
            }
        }

        var (isTaken, left) = _counts.GetOrAdd(clientId, _ => new()).Take(minute, max);
        return new(isTaken, left, minute.AddMinutes(1) - now);
    }

    /// <summary>What was let in and no other process knows of.</summary>
    internal IReadOnlyList<RequestCount> Untold() =>
        [.. _counts.Select(entry => entry.Value.Untold(entry.Key)).Where(count => count.Requests > 0).OrderBy(count => count.ClientId)];

    /// <param name="told">What the others know by now.</param>
    /// <param name="total">What all have let in.</param>
    internal void Learn(RequestCount told, RequestCount total)
    {
        if (_counts.TryGetValue(told.ClientId, out var count))
        {
            count.Learn(told, total);
        }
    }

    private static DateTimeOffset MinuteOf(DateTimeOffset now) => new(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    private sealed class Count
    {
        private readonly Lock _lock = new();
        private int _own;
        private int _told;
        private int _others;

        public DateTimeOffset Minute { get; private set; }

        public (bool IsTaken, int Left) Take(DateTimeOffset minute, int max)
        {
            lock (_lock)
            {
                if (minute > Minute)
                {
                    (Minute, _own, _told, _others) = (minute, 0, 0, 0);
                }

                var left = max - _own - _others;
                _own += left > 0 ? 1 : 0;
                return (left > 0, Math.Max(0, left - 1));
            }
        }

        public RequestCount Untold(Guid clientId)
        {
            lock (_lock)
            {
                return new(clientId, Minute.UtcDateTime, _own - _told);
            }
        }

        public void Learn(RequestCount told, RequestCount total)
        {
            lock (_lock)
            {
                if (told.Minute == Minute.UtcDateTime)
                {
                    _told += told.Requests;
                }

                if (total.Minute == Minute.UtcDateTime)
                {
                    _others = Math.Max(_others, total.Requests - _told);
                }
            }
        }
    }
}

/// <param name="IsTaken">Whether the request was within the limit.</param>
/// <param name="Left">Further ones in this minute.</param>
/// <param name="Reset">When the next minute begins.</param>
public readonly record struct RequestRate(bool IsTaken, int Left, TimeSpan Reset);

/// <param name="Minute">When it began (UTC).</param>
internal sealed record RequestCount(Guid ClientId, DateTime Minute, int Requests);
