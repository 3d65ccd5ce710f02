using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Events;

/// <summary>
/// The jobs that somebody follows through this process. Workers are told again and again while that is so; what they tell
/// is put together here, and the database is asked now and then for all of them at once, because events may be lost.
/// </summary>
public sealed class JobWatches(
    NpgsqlDataSource dataSource, EventSender sender, IOptions<EventOptions> options, TimeProvider time, ILogger<JobWatches> logger)
    : LoopService(time, logger)
{
    private const int JobsPerMessage = 500;
    private static readonly TimeSpan AskAgainInterval = TimeSpan.FromMilliseconds(250);

    private readonly EventOptions _options = options.Value;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, JobWatch> _watches = [];
    private readonly WakeSignal _arrived = new();
    private long _toldAt;

    /// <summary>What a new job's row may carry so that its first event comes here; null while the broker is away.</summary>
    public string? Address => sender.Address;

    /// <summary>Follows a job until <see cref="Close"/>.</summary>
    /// <param name="jobId">Any job, also one that is about to be written.</param>
    /// <param name="isNew">Its row will carry <see cref="Address"/>, so workers need not be told.</param>
    public JobWatch Open(Guid jobId, bool isNew)
    {
        JobWatch? watch;
        lock (_lock)
        {
            if (!_watches.TryGetValue(jobId, out watch))
            {
                _watches.Add(jobId, watch = new(jobId, _options.TextLengthMax));
            }

            watch.Followers++;
        }

        _arrived.Set();
        if (!isNew)
        {
            Tell([jobId], fromStart: false);
        }

        return watch;
    }

    public void Close(JobWatch watch)
    {
        lock (_lock)
        {
            if (--watch.Followers == 0)
            {
                _watches.Remove(watch.JobId);
            }
        }
    }

    public override void Dispose()
    {
        _arrived.Dispose();
        base.Dispose();
    }

    internal void Receive(JobEvent jobEvent)
    {
        var watch = Find(jobEvent.JobId);
        if (watch is null || watch.Receive(jobEvent))
        {
            watch?.AskedAt = null;
            return;
        }

        if (watch.AskedAt is not { } at || Time.GetElapsedTime(at) >= AskAgainInterval)
        {
            watch.AskedAt = Time.GetTimestamp();
            Tell([jobEvent.JobId], fromStart: true);
        }
    }

    /// <summary>Tells all workers what is followed here: they forget, and they may have come after the last time.</summary>
    internal void TellAll()
    {
        _toldAt = Time.GetTimestamp();
        foreach (var jobIds in Followed().Chunk(JobsPerMessage))
        {
            Tell(jobIds, fromStart: false);
        }
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (Followed() is { Length: > 0 } jobIds)
            {
                if (Time.GetElapsedTime(_toldAt) >= _options.WatchLifetime / 3)
                {
                    TellAll();
                }

                await PollAsync(jobIds, stoppingToken);
                RoundDone();
                await Task.Delay(_options.PollInterval, Time, stoppingToken);
            }
            else
            {
                await _arrived.WaitAsync(stoppingToken);
            }
        }
    }

    private async Task PollAsync(Guid[] jobIds, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(Guid Id, string State, int Attempt, int? JobsAhead)>(new CommandDefinition(
            EventSql.Followed, new { Ids = jobIds, _options.JobsAheadMax }, cancellationToken: cancellationToken));
        foreach (var (id, state, attempt, jobsAhead) in rows)
        {
            Find(id)?.Observe(state, attempt, jobsAhead);
        }
    }

    private void Tell(IReadOnlyList<Guid> jobIds, bool fromStart)
    {
        if (sender.Address is { } address)
        {
            sender.Broadcast(new WatchJobs { Address = address, JobIds = jobIds, FromStart = fromStart });
        }
    }

    private Guid[] Followed()
    {
        lock (_lock)
        {
            return [.. _watches.Keys];
        }
    }

    private JobWatch? Find(Guid jobId)
    {
        lock (_lock)
        {
            return _watches.GetValueOrDefault(jobId);
        }
    }
}
