using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Core.Results;

/// <summary>
/// Lets requests wait for jobs. A job whose row carries <see cref="Address"/> is told of by its worker once it has ended. One
/// loop asks the database about the others; and now and then about those, because events may be lost and not every end has one.
/// </summary>
public sealed class JobWaits(JobStore store, EventSender events, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<JobWaits> logger)
    : LoopService(time, logger)
{
    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan NotifiedInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Rest between polls, as a multiple of the query time.</summary>
    private const int RestFactor = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Awaited> _awaited = [];
    private readonly AsyncAutoResetEvent _arrived = new();

    /// <summary>What the row of a job carries so that its end is told here; null while the broker is away.</summary>
    public string? Address => events.Address;

    /// <summary>Listens for the ends of jobs that are about to be written with <see cref="Address"/>: some end before their wait begins.</summary>
    public IDisposable Expect(IReadOnlyList<Guid> ids) => new Expectation(this, ids, areNotified: Address is not null);

    /// <summary>The jobs are final: those that were answered when they were accepted, which no event tells of.</summary>
    public void Complete(IReadOnlyList<Guid> ids)
    {
        lock (_lock)
        {
            foreach (var id in ids)
            {
                _awaited.GetValueOrDefault(id)?.Ended.TrySetResult();
            }
        }
    }

    /// <summary>Returns when every job is final or the time is over, with the jobs as they are then, in the order of the ids.</summary>
    public async Task<IReadOnlyList<Job>> WaitAsync(Guid clientId, IReadOnlyList<Guid> ids, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var expected = new Expectation(this, ids, areNotified: false);
        try
        {
            using var canceled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
            await expected.AllEnded.WaitAsync(atMost, Time, canceled.Token);
        }
        catch (TimeoutException)
        {
            // The jobs as they are.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The host stops. It must not be held up by those who wait; they ask the next one.
        }

        var jobs = (await store.FindManyAsync(clientId, ids, cancellationToken)).ToDictionary(job => job.Id);
        return [.. ids.Where(jobs.ContainsKey).Select(id => jobs[id])];
    }

    public override void Dispose()
    {
        _arrived.Dispose();
        base.Dispose();
    }

    internal void Receive(JobEvent jobEvent)
    {
        if (JobState.IsFinal(jobEvent.State))
        {
            Complete([jobEvent.JobId]);
        }
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        var rest = IntervalMin;
        while (true)
        {
            if (Due() is not { } due)
            {
                await _arrived.WaitAsync(stoppingToken);
            }
            else if (due.Length > 0)
            {
                var began = Time.GetTimestamp();
                Complete(await store.FinishedAsync(due, stoppingToken));
                RoundDone();
                rest = RestFactor * Time.GetElapsedTime(began);
            }

            await Task.Delay(rest < IntervalMin ? IntervalMin : rest, Time, stoppingToken);
        }
    }

    /// <summary>The jobs to ask about now; null while nobody waits.</summary>
    private Guid[]? Due()
    {
        List<Guid>? due = null;
        var now = Time.GetTimestamp();
        lock (_lock)
        {
            foreach (var (id, awaited) in _awaited)
            {
                if (awaited.Ended.Task.IsCompleted)
                {
                    continue;
                }

                due ??= [];
                if (awaited.AskAt <= now)
                {
                    awaited.AskAt = now + awaited.Interval;
                    due.Add(id);
                }
            }
        }

        return due?.ToArray();
    }

    private sealed class Awaited
    {
        public int Waits { get; set; }

        /// <summary>From one question to the next, in ticks of the clock: none where no event is expected at the end.</summary>
        public required long Interval { get; init; }

        /// <summary>When to ask the database, as a timestamp of the clock.</summary>
        public required long AskAt { get; set; }

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Expectation : IDisposable
    {
        private readonly JobWaits _waits;
        private readonly IReadOnlyList<Guid> _ids;

        public Expectation(JobWaits waits, IReadOnlyList<Guid> ids, bool areNotified)
        {
            (_waits, _ids) = (waits, ids);
            lock (waits._lock)
            {
                AllEnded = Task.WhenAll(ids.Select(id => Join(id, areNotified)));
            }

            waits._arrived.Set();
        }

        public Task AllEnded { get; }

        public void Dispose()
        {
            lock (_waits._lock)
            {
                foreach (var id in _ids)
                {
                    if (--_waits._awaited[id].Waits == 0)
                    {
                        _waits._awaited.Remove(id);
                    }
                }
            }
        }

        private Task Join(Guid id, bool isNotified)
        {
            if (!_waits._awaited.TryGetValue(id, out var awaited))
            {
                var time = _waits.Time;
                var interval = isNotified ? (long)(NotifiedInterval.TotalSeconds * time.TimestampFrequency) : 0;
                _waits._awaited.Add(id, awaited = new() { Interval = interval, AskAt = time.GetTimestamp() + interval });
            }

            awaited.Waits++;
            return awaited.Ended.Task;
        }
    }
}
