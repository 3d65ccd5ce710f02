using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Pipeline.Chaos.Rigs;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Chaos.Faults;

/// <summary>
/// A shuffled deck of all kinds, dealt anew when it is used up. A fault starts when its time comes, whether or not the ones
/// before it are over: outages overlap, as they do.
/// </summary>
internal sealed class FaultSchedule(IReadOnlyList<IFault> kinds, ChaosOptions options)
{
    private readonly Random _random = new(options.Seed);
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly List<Task> _ongoing = [];

    /// <summary>How long it takes until each kind occurred as often as it should.</summary>
    public TimeSpan Duration => options.FaultEvery * kinds.Count * options.Rounds;

    public int Count => _counts.Values.Sum();

    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>Goes on for at least <see cref="Duration"/>, and until the clients are done; then waits for what is going on.</summary>
    public async Task RunAsync(Rig rig, Task clients, CancellationToken cancellationToken)
    {
        var deck = new Queue<IFault>();
        using var timer = new PeriodicTimer(options.FaultEvery);
        for (var i = 0; i < kinds.Count * options.Rounds || !clients.IsCompleted; i++)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            if (deck.Count == 0)
            {
                var shuffled = kinds.ToArray();
                _random.Shuffle(shuffled);
                deck = new(shuffled);
            }

            Begin(deck.Dequeue(), rig, cancellationToken);
            if (options.LosesBroker && i == kinds.Count * options.Rounds / 2)
            {
                Begin(new LoseBroker(), rig, cancellationToken);
            }
        }

        await Task.WhenAll(_ongoing);
    }

    // The order of draws must not depend on how long faults take: each has a generator of its own.
    private void Begin(IFault fault, Rig rig, CancellationToken cancellationToken) =>
        _ongoing.Add(InjectAsync(fault, rig, new Random(_random.Next()), cancellationToken));

    private async Task InjectAsync(IFault fault, Rig rig, Random random, CancellationToken cancellationToken)
    {
        await rig.Progress.WriteLineAsync($"fault: {fault.Name}");
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await fault.InjectAsync(rig, random, cancellationToken);
                _counts.AddOrUpdate(fault.Name, 1, (_, count) => count + 1);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or RabbitMQClientException or IOException && Stopwatch.GetElapsedTime(started) < options.DurationMax)
            {
                // It needs a server that another fault has just taken away.
                await Pause.ForAsync(options.FaultEvery, cancellationToken);
            }
        }
    }
}
