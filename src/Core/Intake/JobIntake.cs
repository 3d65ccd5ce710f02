using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;
using Pipeline.Core.Relay;
using Pipeline.Core.Results;

namespace Pipeline.Core.Intake;

/// <summary>
/// Makes submissions durable: concurrent requests share one transaction that writes jobs and their dispatches. Only after its
/// commit is a client answered.
/// </summary>
public sealed class JobIntake : IAsyncDisposable
{
    // A key taken by a transaction still in flight makes this wait for that one's end, so the answer is final.
    private const string InsertKey = """
        insert into idempotency_keys (client_id, key, request_hash, job_ids)
        values (@ClientId, @Key, @RequestHash, @JobIds)
        on conflict do nothing
        """;

    private const string SelectKey = """
        select request_hash as RequestHash, job_ids as JobIds
          from idempotency_keys where client_id = @ClientId and key = @Key
        """;

    private const string DeleteKey = "delete from idempotency_keys where client_id = @ClientId and key = @Key";

    // 128 requests of 256 texts are the largest transaction.
    private const int GroupMax = 128;
    private const int Committers = 2;
    private const int Attempts = 3;

    // A server that refuses connections is tried again; one that does not answer has used up the client's patience.
    private static readonly TimeSpan RetryTimeMax = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _dataSource;
    private readonly QueueAdmission _admission;
    private readonly DispatchWindows _windows;
    private readonly DirectPublisher _publisher;
    private readonly AsyncAutoResetEvent _signal;
    private readonly IOptionsMonitor<QueueOptions> _queues;
    private readonly ResultCacheOptions _cache;
    private readonly TimeProvider _time;
    private readonly GroupCommit<Submission, SubmissionReply> _groups;

    public JobIntake(
        NpgsqlDataSource dataSource,
        QueueAdmission admission,
        DispatchWindows windows,
        DirectPublisher publisher,
        AsyncAutoResetEvent signal,
        IOptionsMonitor<QueueOptions> queues,
        IOptions<ResultCacheOptions> cache,
        TimeProvider time)
    {
        _queues = queues;
        _cache = cache.Value;
        _time = time;
        _dataSource = dataSource;
        _admission = admission;
        _windows = windows;
        _publisher = publisher;
        _signal = signal;
        _groups = new(CommitAsync, e => !TransientErrors.IsTransient(e) && e is not OperationCanceledException, GroupMax, Committers);
    }

    /// <exception cref="StoreUnavailableException">Nothing was accepted as far as the client may assume.</exception>
    public async Task<SubmissionReply> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        // With a key the commit decides: a repeat must be answered even while the queue is full.
        var entersNow = submission.Key is null;
        if (entersNow && _admission.TryEnter(submission.Jobs) is { } full)
        {
            return full;
        }

        try
        {
            return await _groups.SubmitAsync(submission, cancellationToken);
        }
        catch (Exception e) when (TransientErrors.IsTransient(e))
        {
            throw new StoreUnavailableException(e);
        }
        finally
        {
            if (entersNow)
            {
                _admission.Settle(submission.Jobs);
            }
        }
    }

    public ValueTask DisposeAsync() => _groups.DisposeAsync();

    private async Task<IReadOnlyList<SubmissionReply>> CommitAsync(IReadOnlyList<Submission> group, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteAsync(group, cancellationToken);
            }
            catch (Exception e) when (TransientErrors.IsTransient(e) && attempt < Attempts && _time.GetElapsedTime(started) < RetryTimeMax)
            {
                // A connection of the pool that died while idle; a server that is really down fails the next ones as well.
            }
        }
    }

    private async Task<IReadOnlyList<SubmissionReply>> WriteAsync(IReadOnlyList<Submission> group, CancellationToken cancellationToken)
    {
        var entered = new List<NewJob>();
        try
        {
            return await WriteAsync(group, entered, cancellationToken);
        }
        finally
        {
            _admission.Settle(entered);
        }
    }

    /// <param name="entered">Receives the jobs that were let into their queues on the way.</param>
    private async Task<IReadOnlyList<SubmissionReply>> WriteAsync(IReadOnlyList<Submission> group, List<NewJob> entered, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);

        // Jobs alone are one statement, which commits by itself: that saves a round trip to the server.
        await using var transaction = group.All(submission => submission is { Key: null, Write: null, GroupWrite: null })
            ? null
            : await connection.BeginTransactionAsync(cancellationToken);

        var replies = new SubmissionReply[group.Count];
        var accepted = new List<NewJob>(group.Count);
        var owners = new List<Guid>(group.Count);
        var written = new List<IGroupWrite>();
        for (var i = 0; i < group.Count; i++)
        {
            var submission = group[i];
            replies[i] = await ReserveKeyAsync(connection, submission, entered, cancellationToken)
                ?? await ClaimAsync(connection, submission, cancellationToken)
                ?? new SubmissionReply.Accepted([.. submission.Jobs.Select(job => job.Id)], Replayed: false);
            if (replies[i] is SubmissionReply.Accepted { Replayed: false })
            {
                accepted.AddRange(submission.Jobs);
                owners.AddRange(Enumerable.Repeat(submission.ClientId, submission.Jobs.Count));
                written.AddRange(submission.GroupWrite is { } write ? [write] : []);
            }
        }

        var direct = accepted.CountBy(job => job.Queue).Where(queue => _windows.TryTake(queue.Key, queue.Value, owners)).Select(queue => queue.Key).ToHashSet();
        var messages = accepted.Count > 0
            ? await InsertJobsAsync(connection, accepted, owners, direct, cancellationToken)
            : [];
        foreach (var rows in written.GroupBy(write => write.GetType()))
        {
            await rows.First().WriteAsync(connection, [.. rows], cancellationToken);
        }

        await (transaction?.CommitAsync(cancellationToken) ?? Task.CompletedTask);
        if (accepted.Exists(job => !direct.Contains(job.Queue)))
        {
            _signal.Set();
        }

        var answered = Publish(messages);
        return answered.Count is 0 ? replies : [.. replies.Select(reply => reply is SubmissionReply.Accepted own
            ? own with { Cached = [.. own.JobIds.Where(answered.Contains)] }
            : reply)];
    }

    /// <summary>Hands committed messages to the publisher; returns the jobs that need none, because they were answered from the cache.</summary>
    private HashSet<Guid> Publish(IReadOnlyList<Dispatch> messages)
    {
        HashSet<Guid> answered = [];
        foreach (var message in messages)
        {
            if (message.Id is 0)
            {
                answered.Add(message.JobId);
            }
            else
            {
                _publisher.Add(message);
            }
        }

        return answered;
    }

    /// <summary>Null when nothing stands against the submission.</summary>
    private static async Task<SubmissionReply?> ClaimAsync(NpgsqlConnection connection, Submission submission, CancellationToken cancellationToken)
    {
        if (submission.Write is null || await submission.Write.TryWriteAsync(connection, cancellationToken) is not { } reason)
        {
            return null;
        }

        if (submission.Key is { } key)
        {
            // The client may send the same again, and then it may be accepted.
            await connection.ExecuteAsync(DeleteKey, new { submission.ClientId, Key = key.Value }, cancellationToken);
        }

        return new SubmissionReply.Refused(reason);
    }

    /// <summary>Null when the submission is new and has to be written.</summary>
    private async Task<SubmissionReply?> ReserveKeyAsync(
        NpgsqlConnection connection, Submission submission, List<NewJob> entered, CancellationToken cancellationToken)
    {
        if (submission.Key is not { } key)
        {
            return null;
        }

        var parameters = new
        {
            submission.ClientId,
            Key = key.Value,
            key.RequestHash,
            JobIds = submission.Jobs.Select(job => job.Id).ToArray(),
        };
        var inserted = await connection.ExecuteAsync(InsertKey, parameters, cancellationToken);
        if (inserted == 1)
        {
            if (_admission.TryEnter(submission.Jobs) is not { } full)
            {
                entered.AddRange(submission.Jobs);
                return null;
            }

            await connection.ExecuteAsync(DeleteKey, parameters, cancellationToken);
            return full;
        }

        var first = await connection.QuerySingleAsync<(byte[] RequestHash, Guid[] JobIds)>(SelectKey, parameters, cancellationToken);
        return first.RequestHash.AsSpan().SequenceEqual(key.RequestHash)
            ? new SubmissionReply.Accepted(first.JobIds, Replayed: !first.JobIds.SequenceEqual(parameters.JobIds))
            : new SubmissionReply.KeyReused();
    }

    /// <param name="direct">The queues whose messages this process sends itself; they are returned.</param>
    private Task<IReadOnlyList<Dispatch>> InsertJobsAsync(
        NpgsqlConnection connection, List<NewJob> jobs, List<Guid> owners, HashSet<string> direct, CancellationToken cancellationToken)
    {
        var parameters = JobInsert.Parameters(
            jobs, owners, SharedMessages.Number([.. jobs.Zip(owners, (job, owner) => (job.Queue, owner))], _queues.Get), direct.Contains);
        if (!jobs.Exists(job => job.CacheKey is not null))
        {
            return connection.QueryAsync<Dispatch>(JobInsert.Queued, parameters, cancellationToken);
        }

        parameters.Add("CacheKeys", jobs.Select(job => job.CacheKey).ToArray());
        parameters.Add("AgeMaxSeconds", _cache.AgeMax.TotalSeconds);
        parameters.Add("CacheFloor", JobDays.Floor(_time.GetUtcNow() - _cache.AgeMax));
        return connection.QueryAsync<Dispatch>(JobInsert.QueuedOrAnswered, parameters, cancellationToken);
    }
}
