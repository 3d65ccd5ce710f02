using System.Text.Json.Nodes;

namespace Pipeline.Bench.Nights;

/// <summary>
/// So many nights with two schedulers that are killed and started again around the moment at which the task is due; some nights
/// pass with none. Then every report is counted.
/// </summary>
internal sealed class NightsRun(NightsDatabase database, SimulatedClock clock, SchedulerProcess[] schedulers, int seed)
{
    // The clients, the local one, and all of them together.
    private static readonly int _owners = NightsDatabase.Zones.Length + 2;
    private static readonly TimeSpan _beforeDue = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _around = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _lastPatience = TimeSpan.FromMinutes(5);

    private readonly Random _random = new(seed);
    private int _kills;
    private int _idle;

    public async Task<JsonObject> RunAsync(int nights, TextWriter progress, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var first = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        await database.FillAsync(first, nights, cancellationToken);
        for (var night = 1; night <= nights; night++)
        {
            // A quarter past ten in UTC it is the same date in all of the zones: every client's day before is over, and no one's own.
            clock.Set(new DateTimeOffset(first.AddDays(night), new TimeOnly(10, 15), TimeSpan.Zero) - _beforeDue);
            var isLast = night == nights;
            var sleeps = !isLast && _random.Next(5) is 0;
            if (sleeps)
            {
                _idle++;
                await Task.WhenAll(schedulers.Select(scheduler => KillAsync(scheduler, cancellationToken)));
            }
            else
            {
                await Task.WhenAll(schedulers.Select(scheduler => DisturbAsync(scheduler, cancellationToken)));
                await WaitAsync(first, night, isLast ? _lastPatience : _patience, cancellationToken);
            }

            var count = await database.CountAsync(first, nights, cancellationToken);
            await progress.WriteLineAsync($"night {night}: {count.Reports} of {night * _owners} reports, {_kills} kills{(sleeps ? ", no scheduler" : "")}");
        }

        var end = await database.CountAsync(first, nights, cancellationToken);
        return new()
        {
            ["bench"] = "nights",
            ["nights"] = nights,
            ["clients"] = _owners,
            ["reports"] = end.Reports,
            ["missing"] = (nights * _owners) - end.Nights,
            ["double"] = end.Reports - end.Nights + Math.Abs(end.SummaryJobs - end.Summaries),
            ["empty"] = end.AllHaveJobs ? 0 : 1,
            ["kills"] = _kills,
            ["nights_without_scheduler"] = _idle,
            ["seed"] = seed,
            ["seconds"] = Math.Round(TimeProvider.System.GetElapsedTime(started).TotalSeconds),
        };
    }

    private async Task DisturbAsync(SchedulerProcess scheduler, CancellationToken cancellationToken)
    {
        scheduler.Start();
        if (_random.Next(4) is 0)
        {
            return; // This one is left alone tonight.
        }

        await Task.Delay(_around * _random.NextDouble(), TimeProvider.System, cancellationToken);
        await KillAsync(scheduler, cancellationToken);
        await Task.Delay(_around * _random.NextDouble() / 3, TimeProvider.System, cancellationToken);
        scheduler.Start();
    }

    private async Task KillAsync(SchedulerProcess scheduler, CancellationToken cancellationToken)
    {
        if (scheduler.Runs)
        {
            _kills++;
            await scheduler.KillAsync(cancellationToken);
        }
    }

    // What is not there by then another night has to make up.
    private async Task WaitAsync(DateOnly first, int night, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        var started = TimeProvider.System.GetTimestamp();
        while ((await database.CountAsync(first, night, cancellationToken)).Nights < night * _owners && TimeProvider.System.GetElapsedTime(started) < patience)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
