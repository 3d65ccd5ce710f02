using System.Collections.Concurrent;

namespace Pipeline.Core.Limits;

/// <summary>
/// Counts the requests of clients in windows of a minute, which begin with their first request. In the memory of this process: beside N others a
/// client gets up to N times its limit.
/// </summary>
public sealed class RequestRates(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private const int ClientsMax = 10_000;

    private readonly ConcurrentDictionary<Guid, Count> _counts = new();

    /// <summary>Counts a request in, if it is one of the first <paramref name="max"/> of its window.</summary>
    public RequestRate Take(Guid clientId, int max)
    {
        if (_counts.Count >= ClientsMax)
        {
            foreach (var (idle, count) in _counts.Where(entry => time.GetElapsedTime(entry.Value.Since) >= Window))
            {
                _counts.TryRemove(KeyValuePair.Create(idle, count));
            }
        }

        var taken = _counts.AddOrUpdate(
            clientId,
            _ => new(time.GetTimestamp(), 1),
            (_, count) => time.GetElapsedTime(count.Since) >= Window ? new(time.GetTimestamp(), 1) : count with { Requests = Math.Min(count.Requests, max) + 1 });
        return new(taken.Requests <= max, Math.Max(0, max - taken.Requests), Window - time.GetElapsedTime(taken.Since));
    }

    private sealed record Count(long Since, int Requests);
}

/// <param name="IsTaken">Whether the request was within the limit.</param>
/// <param name="Left">Further ones in this window.</param>
/// <param name="Reset">When the next window begins.</param>
public readonly record struct RequestRate(bool IsTaken, int Left, TimeSpan Reset);
