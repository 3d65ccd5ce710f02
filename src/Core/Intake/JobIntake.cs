using System.Data;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Encryption;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;
using Pipeline.Core.Limits;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;
using Pipeline.Core.Relay;
using Pipeline.Core.Results;
using Pipeline.Core.Telemetry;

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

    private const string AnyJobs = "select exists (select from jobs where id = any(@JobIds))";

    private const string DeleteKey = "delete from idempotency_keys where client_id = @ClientId and key = @Key";

    // 128 requests of 256 texts are the largest transaction.
    private const int GroupMax = 128;
    private const int Committers = 2;
    private const int Attempts = 3;

    // A server that refuses connections is tried again; one that does not answer has used up the client's patience.
    private static readonly TimeSpan RetryTimeMax = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _dataSource;
    private readonly Vault _vault;
    private readonly QueueAdmission _admission;
    private readonly QueueReserve _reserve;
    private readonly ClientStandings _standings;
    private readonly Budgets _budgets;
    private readonly DispatchWindows _windows;
    private readonly DirectPublisher _publisher;
    private readonly AsyncAutoResetEvent _signal;
    private readonly IOptionsMonitor<QueueOptions> _queues;
    private readonly ResultCacheOptions _cache;
    private readonly TimeProvider _time;
    private readonly GroupCommit<Submission, SubmissionReply> _groups;

    // Those of clients with a budget have transactions of their own: others do not wait for the locks that these hold.
    private readonly GroupCommit<Submission, SubmissionReply> _budgeted;

    public JobIntake(
        NpgsqlDataSource dataSource,
        Vault vault,
        QueueAdmission admission,
        QueueReserve reserve,
        ClientStandings standings,
        Budgets budgets,
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
        _vault = vault;
        _admission = admission;
        _reserve = reserve;
        _standings = standings;
        _budgets = budgets;
        _windows = windows;
        _publisher = publisher;
        _signal = signal;
        _groups = new(CommitAsync, IsOneRequests, GroupMax, Committers);
        _budgeted = new(CommitAsync, IsOneRequests, GroupMax, Committers);
    }

    /// <exception cref="StoreUnavailableException">Nothing was accepted as far as the client may assume.</exception>
    public async Task<SubmissionReply> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        using var span = JobTracing.Accept(submission);
        if (JobTracing.Context(span) is { } trace)
        {
            submission = submission with { Trace = trace };
        }

        var reply = await AcceptAsync(submission, cancellationToken);
        if (reply is SubmissionReply.Accepted { Replayed: false } accepted)
        {
            JobMeter.Accepted(submission.Jobs, accepted.Cached.Count);
        }

        return reply;
    }

    private async Task<SubmissionReply> AcceptAsync(Submission submission, CancellationToken cancellationToken)
    {
        // With a key the commit decides: a repeat must be answered even while the queue is full.
        var entersNow = submission.Key is null;
        if (entersNow && await TryEnterAsync(submission, cancellationToken) is { } full)
        {
            return full;
        }

        try
        {
            return await (submission.Limits.HasBudget ? _budgeted : _groups).SubmitAsync(submission, cancellationToken);
        }
        catch (Exception e) when (TransientErrors.IsTransient(e))
        {
            throw new StoreUnavailableException(e);
        }
        finally
        {
            if (entersNow)
            {
                Settle(submission);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _groups.DisposeAsync();
        await _budgeted.DisposeAsync();
    }

    private static bool IsOneRequests(Exception exception) => !TransientErrors.IsTransient(exception) && exception is not OperationCanceledException;

    /// <summary>Counts the jobs in, or says what has no room for them.</summary>
    private async Task<SubmissionReply?> TryEnterAsync(Submission submission, CancellationToken cancellationToken)
    {
        if (await _standings.TryEnterAsync(submission.ClientId, submission.Limits, submission.Jobs.Count, cancellationToken) is { } reached)
        {
            return new SubmissionReply.LimitReached(reached);
        }

        if (await _reserve.TryEnterAsync(submission.ClientId, QueueAdmission.CountByQueue(submission.Jobs), cancellationToken) is { } full)
        {
            _standings.Withdraw(submission.ClientId, submission.Limits, submission.Jobs.Count);
            return full;
        }

        return null;
    }

    private void Settle(Submission submission)
    {
        _admission.Settle(submission.Jobs);
        _standings.Settle(submission.ClientId, submission.Limits, submission.Jobs.Count);
    }

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
        var entered = new List<Submission>();
        try
        {
            return await WriteAsync(group, entered, cancellationToken);
        }
        finally
        {
            entered.ForEach(Settle);
        }
    }

    /// <param name="entered">Receives those that were let into their queues on the way.</param>
    private async Task<IReadOnlyList<SubmissionReply>> WriteAsync(IReadOnlyList<Submission> group, List<Submission> entered, CancellationToken cancellationToken)
    {
        var budgeted = group.Where(submission => submission.Limits.HasBudget).Select(submission => submission.ClientId).ToArray();
        var estimate = budgeted is [] ? null : await _budgets.EstimatesAsync(cancellationToken);
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);

        // Jobs alone are one statement, which commits by itself: that saves a round trip to the server. Read committed, whatever the
        // server's default: who waited for a lock has to see what the one before it wrote.
        await using var transaction = budgeted is [] && group.All(submission => submission is { Key: null, Write: null, GroupWrite: null })
            ? null
            : await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);

        // Before anything else that could be waited for.
        var budgets = estimate is null ? null : new Spending(await _budgets.LockAsync(connection, budgeted, cancellationToken), estimate);
        var replies = new SubmissionReply[group.Count];
        var accepted = new List<AcceptedJob>(group.Count);
        var written = new List<IGroupWrite>();
        for (var i = 0; i < group.Count; i++)
        {
            var submission = group[i];
            replies[i] = await ReserveKeyAsync(connection, submission, entered, cancellationToken)
                ?? await SpendAsync(connection, submission, budgets, cancellationToken)
                ?? await ClaimAsync(connection, submission, cancellationToken)
                ?? new SubmissionReply.Accepted([.. submission.Jobs.Select(job => job.Id)], Replayed: false);
            if (replies[i] is SubmissionReply.Accepted { Replayed: false })
            {
                accepted.AddRange(submission.Jobs.Select(job => new AcceptedJob(job, submission, budgets?.Tokens(submission, job))));
                written.AddRange(submission.GroupWrite is { } write ? [write] : []);
            }
        }

        // Jobs of clients with a limit in flight go by the relay, which counts them.
        var direct = accepted.Where(job => !job.IsCapped).GroupBy(job => job.Job.Queue, job => job.Of.ClientId)
            .Where(queue => _windows.TryTake(queue.Key, queue.Count(), queue)).Select(queue => queue.Key).ToHashSet();
        bool[] isDirect = [.. accepted.Select(job => !job.IsCapped && direct.Contains(job.Job.Queue))];
        var messages = accepted.Count > 0
            ? await InsertJobsAsync(connection, accepted, isDirect, cancellationToken)
            : [];
        foreach (var rows in written.GroupBy(write => write.GetType()))
        {
            await rows.First().WriteAsync(connection, [.. rows], cancellationToken);
        }

        await (transaction?.CommitAsync(cancellationToken) ?? Task.CompletedTask);
        if (budgets is not null)
        {
            _budgets.Learn(budgets.Locked);
        }

        if (isDirect.Contains(false))
        {
            _signal.Set();
        }

        var answered = Publish(messages, accepted);
        return answered.Count is 0 ? replies : [.. replies.Select(reply => reply is SubmissionReply.Accepted own
            ? own with { Cached = [.. own.JobIds.Where(answered.Contains)] }
            : reply)];
    }

    /// <summary>Hands committed messages to the publisher; returns the jobs that need none, because they were answered from the cache.</summary>
    private HashSet<Guid> Publish(IReadOnlyList<Dispatch> messages, List<AcceptedJob> accepted)
    {
        HashSet<Guid> answered = [];
        var traces = JobTracing.IsOn && accepted.Exists(job => job.Of.Trace is not null) ? accepted.ToDictionary(job => job.Job.Id, job => job.Of.Trace) : null;
        foreach (var message in messages)
        {
            if (message.Id is 0)
            {
                answered.Add(message.JobId);
            }
            else
            {
                _publisher.Add(traces is null ? message : message with { Trace = traces.GetValueOrDefault(message.JobId) });
            }
        }

        return answered;
    }

    /// <summary>Null when nothing stands against the submission.</summary>
    private async Task<SubmissionReply?> ClaimAsync(NpgsqlConnection connection, Submission submission, CancellationToken cancellationToken)
    {
        if (submission.Write is null || await submission.Write.TryWriteAsync(connection, _vault, cancellationToken) is not { } reason)
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
        NpgsqlConnection connection, Submission submission, List<Submission> entered, CancellationToken cancellationToken)
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
            if (await TryEnterAsync(submission, cancellationToken) is not { } full)
            {
                entered.Add(submission);
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

    /// <summary>Null when its client has no budget, or one that holds the jobs.</summary>
    private static async Task<SubmissionReply?> SpendAsync(NpgsqlConnection connection, Submission submission, Spending? budgets, CancellationToken cancellationToken)
    {
        if (budgets is null || !submission.Limits.HasBudget || budgets.TrySpend(submission) is not { } reached)
        {
            return null;
        }

        Guid[] jobIds = [.. submission.Jobs.Select(job => job.Id)];
        if (submission.Key is { } key)
        {
            await connection.ExecuteAsync(DeleteKey, new { submission.ClientId, Key = key.Value }, cancellationToken);
        }
        else if (await connection.QuerySingleAsync<bool>(AnyJobs, new { JobIds = jobIds }, cancellationToken))
        {
            // It was its own first try that used up the budget: that was committed before its connection broke.
            return new SubmissionReply.Accepted(jobIds, Replayed: false);
        }

        return new SubmissionReply.LimitReached(reached);
    }

    /// <param name="direct">Whether this process sends each itself; the messages of those are returned.</param>
    private Task<IReadOnlyList<Dispatch>> InsertJobsAsync(
        NpgsqlConnection connection, List<AcceptedJob> accepted, bool[] direct, CancellationToken cancellationToken)
    {
        var jobs = accepted.ConvertAll(job => job.Job);
        int?[] tokens = [.. accepted.Select(job => job.Tokens)];
        var isReserved = Array.Exists(tokens, expected => expected is not null);
        var parameters = JobInsert.Parameters(
            _vault,
            jobs,
            accepted.ConvertAll(job => job.Of.ClientId),
            SharedMessages.Number(
                accepted.ConvertAll(job => new SharedMessages.MessageGroup(job.Job.Queue, job.Of.ClientId, job.Job.Deadline, job.Of.Limits.JobsInFlight)), _queues.Get),
            direct,
            tokens,
            accepted.Exists(job => job.Of.Trace is not null) ? [.. accepted.Select(job => job.Of.Trace)] : null);
        if (!jobs.Exists(job => job.CacheKey is not null))
        {
            return connection.QueryAsync<Dispatch>(isReserved ? JobInsert.QueuedAndReserved : JobInsert.Queued, parameters, cancellationToken);
        }

        parameters.Add("CacheKeys", jobs.Select(job => job.CacheKey).ToArray());
        parameters.Add("AgeMaxSeconds", _cache.AgeMax.TotalSeconds);
        parameters.Add("CacheFloor", JobDays.Floor(_time.GetUtcNow() - _cache.AgeMax));
        return connection.QueryAsync<Dispatch>(isReserved ? JobInsert.QueuedAndReservedOrAnswered : JobInsert.QueuedOrAnswered, parameters, cancellationToken);
    }

    /// <param name="Tokens">What it takes of its client's budgets; null where that has none.</param>
    private readonly record struct AcceptedJob(NewJob Job, Submission Of, int? Tokens)
    {
        public bool IsCapped => Of.Limits.JobsInFlight is not null;
    }

    /// <summary>Budgets that the transaction has locked, and what jobs take of them.</summary>
    private sealed class Spending(LockedBudgets budgets, Func<string, string, int> estimate)
    {
        public LockedBudgets Locked => budgets;

        public int? Tokens(Submission submission, NewJob job) => submission.Limits.HasBudget ? estimate(job.Kind, job.InputJson) : null;

        public LimitReached? TrySpend(Submission submission) => budgets.TrySpend(
            submission.ClientId, submission.Limits, submission.Jobs.Sum(job => (long)estimate(job.Kind, job.InputJson)));
    }
}
