using Npgsql;
using Pipeline.Core.Encryption;
using Pipeline.Core.Erasure;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;
using Pipeline.Core.Relay;
using Pipeline.Core.Telemetry;

namespace Pipeline.Core.Jobs;

/// <summary>What clients ask about, and do to, their own jobs.</summary>
public sealed class JobStore(NpgsqlDataSource dataSource, Vault vault, AsyncAutoResetEvent signal)
{
    // Read as timestamptz in UTC; the names are those of Job.
    internal const string Summary = """
        id, client_id as ClientId, kind, queue, state, attempt, deaths::int, created_at as CreatedAt,
        started_at as StartedAt, finished_at as FinishedAt, due_at as DueAt, expires_at as ExpiresAt, deadline,
        batch_id as BatchId, user_id as UserId, model, resubmitted_from as ResubmittedFrom, cached_from is not null as IsCached, cached_from as CachedFrom, error_code as ErrorCode, error,
        steps, case when steps is not null then (select count(*) from job_steps where job_id = id)::int end as StepsDone
        """;

    internal const string Columns = Summary + ", result::text";

    private const string Find = $"select {Columns} from jobs where client_id = @ClientId and id = any(@Ids)";

    internal const string ToCanceled = "state = 'canceled', finished_at = now(), finished_xid = pg_current_xact_id(), due_at = null, worker_id = null";

    // What was forgotten with its conversation, and is {} now, cannot be done again.
    internal const string IsRetryable = "state in ('failed', 'canceled', 'expired') and length(input::text) > 2";

    // Failures and deaths are forgotten: the operator knows something that the pipeline does not.
    internal const string ToQueued = """
        state = 'queued', failures = 0, deaths = 0, suspects = null, queued_at = now(), started_at = null, finished_at = null,
        finished_xid = null, due_at = null, expires_at = null, error_code = null, error = null, worker_id = null
        """;

    // The test of the state is the lock. A running job ends here and now: its worker finds that it no longer owns it.
    private const string Cancel = $"""
        update jobs set {ToCanceled}
         where client_id = @ClientId and id = any(@Ids) and state in ('queued', 'running')
        returning {Columns}
        """;

    /// <summary>What <see cref="Dispatched"/> needs of the jobs in requeued.</summary>
    internal const string Requeued = $"id, queue, client_id, deadline, {JobCost.OfInput} as cost";

    /// <summary>Expression of a statement that made jobs wait again, which it calls requeued.</summary>
    internal const string Dispatched =
        "dispatched as (insert into dispatches (job_id, queue, client_id, deadline, cost) select id, queue, client_id, deadline, cost from requeued)";

    private const string Retry = $"""
        with requeued as (
            update jobs set {ToQueued}
             where client_id = @ClientId and id = any(@Ids) and {IsRetryable}
            returning *, {JobCost.OfInput} as cost),
        {Dispatched}
        select {Columns} from requeued
        """;

    private const string FindKind = "select kind from jobs where client_id = @ClientId and id = @Id";

    private const string Finished = """
        select id from jobs where id = any(@Ids) and state in ('succeeded', 'failed', 'canceled', 'expired')
        """;

    public async Task<Job?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        (await FindManyAsync(clientId, [id], cancellationToken)).SingleOrDefault();

    /// <summary>The kind of a job; null where the client has no such job.</summary>
    public Task<string?> FindKindAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<string>(FindKind, new { ClientId = clientId, Id = id }, cancellationToken);

    /// <summary>Those of the jobs that exist and belong to the client, in no order.</summary>
    public Task<IReadOnlyList<Job>> FindManyAsync(Guid clientId, IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        QueryAsync(Find, new { ClientId = clientId, Ids = ids.ToArray() }, cancellationToken);

    /// <summary>Ends a waiting or running job; its worker stops within <see cref="Attempts.WorkerOptions.OwnershipInterval"/>.</summary>
    public Task<JobChange> CancelAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        ChangeAsync(Cancel, clientId, id, cancellationToken);

    /// <summary>Deletes a job, in whatever state it is, with everything that was made of it; false where there is none.</summary>
    public async Task<bool> EraseAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        var erased = await JobErasure.EraseAsync(dataSource, clientId, [id], cancellationToken);
        signal.Set(); // What waited behind it may have room now.
        return erased > 0;
    }

    /// <summary>Queues a job anew that failed, was canceled or expired.</summary>
    public async Task<JobChange> RetryAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        var change = await ChangeAsync(Retry, clientId, id, cancellationToken);
        signal.Set();
        return change;
    }

    /// <summary>The same in a transaction, whose end the caller tells the relay. Null: its state does not allow it, or it is not there.</summary>
    internal async Task<Job?> RetryAsync(NpgsqlConnection connection, Guid clientId, Guid id, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<Job>(Retry, new { ClientId = clientId, Ids = new[] { id } }, cancellationToken)).Opened(vault).SingleOrDefault();

    /// <summary>Those of the jobs that reached a final state.</summary>
    internal Task<IReadOnlyList<Guid>> FinishedAsync(Guid[] ids, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Guid>(Finished, new { Ids = ids }, cancellationToken);

    private async Task<JobChange> ChangeAsync(string sql, Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        var changed = await QueryAsync(sql, new { ClientId = clientId, Ids = new[] { id } }, cancellationToken);
        if (changed is [var job])
        {
            if (Contracts.JobState.IsFinal(job.State))
            {
                JobMeter.Ended(job.Kind, job.Queue, job.State, job.ErrorCode, 1);
            }

            return new JobChange.Done(job);
        }

        return await FindAsync(clientId, id, cancellationToken) is { } unchanged
            ? new JobChange.Refused(unchanged)
            : new JobChange.NotFound();
    }

    private Task<IReadOnlyList<Job>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Job>(sql, parameters, cancellationToken).OpenedAsync(vault);
}

/// <summary>What became of a client's wish to cancel or retry a job.</summary>
public abstract record JobChange
{
    private JobChange()
    {
    }

    /// <param name="Job">The job after the change.</param>
    public sealed record Done(Job Job) : JobChange;

    /// <param name="Job">The job, whose state does not allow the change.</param>
    public sealed record Refused(Job Job) : JobChange;

    /// <summary>A limit of the client stands against it.</summary>
    public sealed record LimitReached(Limits.LimitReached Limit) : JobChange;

    /// <summary>The client has no such job.</summary>
    public sealed record NotFound : JobChange;
}
