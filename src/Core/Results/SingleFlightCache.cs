using System.Collections.Concurrent;

namespace Pipeline.Core.Results;

/// <summary>
/// Remembers answers for a while. Of those who miss the same one together, one asks and all get its answer: else a busy
/// process would ask, on a connection each, for as many requests as it has under way, whenever an answer grows old.
/// </summary>
/// <param name="lifetime">Counted from the question, so no answer is older.</param>
/// <param name="ask">Asks for nobody in particular: it is not canceled when one of them goes.</param>
internal sealed class SingleFlightCache<TKey, TAnswer>(TimeSpan lifetime, TimeProvider time, Func<TKey, Task<TAnswer>> ask)
    where TKey : notnull
{
    // More different questions than this in one lifetime are asked anew.
    private const int CountMax = 10_000;

    private readonly ConcurrentDictionary<TKey, Flight> _flights = new();

    /// <summary>An exception is given to all who waited for it, and not remembered.</summary>
    public Task<TAnswer> GetAsync(TKey key, CancellationToken cancellationToken)
    {
        if (!_flights.TryGetValue(key, out var flight) || !IsFresh(flight))
        {
            if (_flights.Count >= CountMax)
            {
                _flights.Clear();
            }

            // Made for nothing by those who come second: only the one that is kept is asked.
            flight = _flights.AddOrUpdate(key, Begin, (_, known) => IsFresh(known) ? known : Begin(key));
        }

        return flight.Answer.Value.WaitAsync(cancellationToken);
    }

    /// <summary>Something changed: who asks from now on gets no answer from before.</summary>
    public void Clear() => _flights.Clear();

    private Flight Begin(TKey key) => new(time.GetTimestamp(), new(() => ask(key)));

    private bool IsFresh(Flight flight) =>
        time.GetElapsedTime(flight.Since) < lifetime && flight.Answer is not { IsValueCreated: true, Value: { IsFaulted: true } or { IsCanceled: true } };

    private sealed record Flight(long Since, Lazy<Task<TAnswer>> Answer);
}
