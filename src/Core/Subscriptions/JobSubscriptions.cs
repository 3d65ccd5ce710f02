using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Subscriptions;

/// <summary>
/// The jobs that clients of this process are subscribed to. Each subscription is announced to workers again and again while it lasts; what
/// they send is put together here, and the database is asked now and then for all of them at once, because events may be lost.
/// </summary>
public sealed class JobSubscriptions(
    NpgsqlDataSource dataSource, EventSender sender, IOptions<EventOptions> options, TimeProvider time, ILogger<JobSubscriptions> logger)
    : LoopService(time, logger)
{
    // Rows before it are read from the index of waiting jobs, and no more of them than anybody wants to know.
    internal const string States = """
        select id, state, attempt,
               case when state = 'queued' then (
                   select count(*) from (
                       select from jobs ahead
                        where ahead.state = 'queued' and ahead.queue = jobs.queue and ahead.queued_at < jobs.queued_at
                        limit @JobsAheadMax) as counted)::int end as JobsAhead
          from jobs where id = any(@Ids)
        """;

    private const int JobsPerMessage = 500;
    private static readonly TimeSpan AskAgainInterval = TimeSpan.FromMilliseconds(250);

    private readonly EventOptions _options = options.Value;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, JobSubscription> _subscriptions = [];
    private readonly AsyncAutoResetEvent _arrived = new();
    private long _announcedAt;

    /// <summary>What a new job's row may carry so that its first event comes here; null while the broker is away.</summary>
    public string? Address => sender.Address;

    /// <summary>Subscribes to a job until <see cref="Close"/>.</summary>
    /// <param name="jobId">Any job, also one that is about to be written.</param>
    /// <param name="isNew">Its row will carry <see cref="Address"/>, so it need not be announced to workers.</param>
    public JobSubscription Open(Guid jobId, bool isNew)
    {
        JobSubscription? subscription;
        lock (_lock)
        {
            if (!_subscriptions.TryGetValue(jobId, out subscription))
            {
                _subscriptions.Add(jobId, subscription = new(jobId, _options.TextLengthMax));
            }

            subscription.Subscribers++;
        }

        _arrived.Set();
        if (!isNew)
        {
            Announce([jobId], fromStart: false);
        }

        return subscription;
    }

    public void Close(JobSubscription subscription)
    {
        lock (_lock)
        {
            if (--subscription.Subscribers == 0)
            {
                _subscriptions.Remove(subscription.JobId);
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
        var subscription = Find(jobEvent.JobId);
        if (subscription is null || subscription.Receive(jobEvent))
        {
            subscription?.AskedAt = null;
            return;
        }

        if (subscription.AskedAt is not { } at || Time.GetElapsedTime(at) >= AskAgainInterval)
        {
            subscription.AskedAt = Time.GetTimestamp();
            Announce([jobEvent.JobId], fromStart: true);
        }
    }

    /// <summary>Announces all subscriptions to workers: they forget, and they may have come after the last time.</summary>
    internal void AnnounceAll()
    {
        _announcedAt = Time.GetTimestamp();
        foreach (var jobIds in Subscribed().Chunk(JobsPerMessage))
        {
            Announce(jobIds, fromStart: false);
        }
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (Subscribed() is { Length: > 0 } jobIds)
            {
                if (Time.GetElapsedTime(_announcedAt) >= _options.SubscriptionLifetime / 3)
                {
                    AnnounceAll();
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
        var rows = await dataSource.QueryAsync<(Guid Id, string State, int Attempt, int? JobsAhead)>(
            States, new { Ids = jobIds, _options.JobsAheadMax }, cancellationToken);
        foreach (var (id, state, attempt, jobsAhead) in rows)
        {
            Find(id)?.Observe(state, attempt, jobsAhead);
        }
    }

    private void Announce(IReadOnlyList<Guid> jobIds, bool fromStart)
    {
        if (sender.Address is { } address)
        {
            sender.Broadcast(new SubscribeToJobs { Address = address, JobIds = jobIds, FromStart = fromStart });
        }
    }

    private Guid[] Subscribed()
    {
        lock (_lock)
        {
            return [.. _subscriptions.Keys];
        }
    }

    private JobSubscription? Find(Guid jobId)
    {
        lock (_lock)
        {
            return _subscriptions.GetValueOrDefault(jobId);
        }
    }
}
