using System.Data;
using System.Globalization;
using Npgsql;
using Pipeline.Core.Batches;
using Pipeline.Core.Encryption;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;
using Pipeline.Core.Limits;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.FileBatches;

/// <summary>What clients ask about, and do to, their batches of files. Owns <c>file_batches</c> with <see cref="FileBatchSteps"/>, which moves them on.</summary>
public sealed class FileBatchStore(NpgsqlDataSource dataSource, Vault vault, LineCounts counts, Budgets budgets, AsyncAutoResetEvent relay)
{
    internal const string Columns = """
        id, client_id as ClientId, endpoint, input_file_id as InputFileId, completion_window as CompletionWindow, metadata::text,
        callback_url as CallbackUrl, output_seconds as OutputSeconds, state, lines, bad_lines as BadLines,
        error_code as ErrorCode, error, error_line as ErrorLine, output_file_id as OutputFileId, error_file_id as ErrorFileId,
        created_at as CreatedAt, expires_at as ExpiresAt, in_progress_at as InProgressAt, finalizing_at as FinalizingAt,
        completed_at as CompletedAt, failed_at as FailedAt, expired_at as ExpiredAt, cancelling_at as CancellingAt, cancelled_at as CancelledAt,
        paused_at as PausedAt, completed, failed, erased
        """;

    private const string Insert = $"""
        insert into file_batches (id, client_id, endpoint, input_file_id, completion_window, expires_at, metadata, callback_url, output_seconds,
                                  idempotency_key, request_hash)
        values (@Id, @ClientId, @Endpoint, @InputFileId, @CompletionWindow, @ExpiresAt, @Metadata::json, @CallbackUrl, @OutputSeconds,
                @IdempotencyKey, @RequestHash)
        on conflict do nothing returning {Columns}
        """;

    private const string FindKey = """
        select id, request_hash as RequestHash from file_batches where client_id = @ClientId and idempotency_key = @Key
        """;

    private const string Find = $"select {Columns} from file_batches where client_id = @ClientId and id = @Id";

    private const string List = $"""
        select {Columns} from file_batches where client_id = @ClientId and (@After::uuid is null or id < @After) order by id desc limit @Limit
        """;

    private const string Cancel = """
        update file_batches set state = 'cancelling', cancelling_at = now(), due_at = now()
         where client_id = @ClientId and id = @Id and state in ('validating', 'in_progress', 'finalizing')
        """;

    private const string Reopen = """
        update file_batches set state = 'in_progress', finalizing_at = null, completed_at = null, expired_at = null, cancelling_at = null,
               cancelled_at = null, paused_at = null, due_at = now()
         where client_id = @ClientId and id = @Id and state in ('completed', 'expired', 'cancelled') and in_progress_at is not null
        """;

    private const string RetryTokens = $"""
        select coalesce(sum(budget_tokens), 0)::bigint from jobs where jobs.id >= @Floor and batch_id = @Id and {JobStore.IsRetryable}
        """;

    // In one statement: nobody else writes jobs that are final.
    private const string Retry = $"""
        with requeued as (
            update jobs set {JobStore.ToQueued} where jobs.id >= @Floor and batch_id = @Id and {JobStore.IsRetryable}
            returning {JobStore.Requeued}),
        {JobStore.Dispatched}
        select count(*)::int from requeued
        """;

    private const string Pause = """
        update file_batches set paused_at = coalesce(paused_at, now()) where client_id = @ClientId and id = @Id and state = 'in_progress'
        """;

    private const string Resume = """
        update file_batches set paused_at = null where client_id = @ClientId and id = @Id and state = 'in_progress'
        """;

    // A message that is due at no time stays where it is. Its jobs are all of one batch.
    private const string HoldBack = """
        update dispatches set due_at = 'infinity'
         where dispatched_at is null and due_at is null and client_id = @ClientId
           and job_id in (select jobs.id from jobs where jobs.id >= @Floor and batch_id = @Id and state = 'queued')
        """;

    private const string LetGo = """
        update dispatches set due_at = null
         where due_at = 'infinity' and client_id = @ClientId and job_id in (select jobs.id from jobs where jobs.id >= @Floor and batch_id = @Id)
        """;

    private const string Errors = """
        select batch_id as BatchId, line, custom_id as CustomId, status, code, message, param from file_batch_errors
         where batch_id = @Id and line > @Line order by line limit @Limit
        """;

    /// <summary>As of <see cref="BatchStore"/>: once every job is final, whoever made them so has committed.</summary>
    private const string IsComplete = $"""
        select state <> 'validating' and not {OpenJobs.Any}
          from file_batches where client_id = @ClientId and id = @Id
        """;

    private const string Lines = $"""
        select {JobStore.Columns}, finished_xid::text as Xid, batch_index as Index, client_key as CustomId, answer_form as AnswerForm
          from jobs
         where id >= @Floor and batch_id = @Id and finished_xid is not null and (finished_xid, batch_index) > (@Xid::text::xid8, @Index::int)
           and (@IsComplete or finished_xid < pg_snapshot_xmin(pg_current_snapshot()))
         order by finished_xid, batch_index limit @Limit
        """;

    /// <summary>The batch that was asked for, or the one that the same key made before; null: the key belongs to another request.</summary>
    public async Task<(FileBatch? Batch, bool IsReplayed)> AddAsync(NewFileBatch batch, CancellationToken cancellationToken)
    {
        if (await dataSource.QuerySingleOrDefaultAsync<FileBatch>(Insert, batch, cancellationToken) is { } added)
        {
            return (added, false);
        }

        var (id, hash) = await dataSource.QuerySingleAsync<(Guid, byte[])>(FindKey, new { batch.ClientId, Key = batch.IdempotencyKey }, cancellationToken);
        return hash.AsSpan().SequenceEqual(batch.RequestHash) ? (await FindAsync(batch.ClientId, id, cancellationToken), true) : (null, false);
    }

    public async Task<FileBatch?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        await dataSource.QuerySingleOrDefaultAsync<FileBatch>(Find, new { ClientId = clientId, Id = id }, cancellationToken).OpenedAsync(vault) is { } batch
            ? await counts.AddAsync(batch, cancellationToken)
            : null;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<FileBatch>> ListAsync(Guid clientId, Guid? after, int limit, CancellationToken cancellationToken)
    {
        List<FileBatch> batches = [];
        foreach (var batch in await dataSource.QueryAsync<FileBatch>(List, new { ClientId = clientId, After = after, Limit = limit }, cancellationToken).OpenedAsync(vault))
        {
            batches.Add(await counts.AddAsync(batch, cancellationToken));
        }

        return batches;
    }

    /// <summary>Whoever moves batches on ends its jobs. False when its state does not allow it, or there is none.</summary>
    public async Task<bool> CancelAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        await dataSource.ExecuteAsync(Cancel, new { ClientId = clientId, Id = id }, cancellationToken) > 0;

    /// <summary>
    /// Queues the lines anew that failed, expired or were canceled, if the client's budget holds all of them; their answers take the place of
    /// their errors when the batch has ended again.
    /// </summary>
    public async Task<FileBatchRetry> RetryAsync(Guid clientId, ClientLimits limits, Guid id, CancellationToken cancellationToken)
    {
        var batch = new { ClientId = clientId, Id = id, Floor = JobDays.FloorOfPartsOf(id) };
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        if (limits.HasBudget)
        {
            // Before everything else: who accepts jobs does so too.
            var locked = await budgets.LockAsync(connection, [clientId], cancellationToken);
            var tokens = await connection.ExecuteScalarAsync<long>(RetryTokens, batch, cancellationToken);
            if (locked.TrySpend(clientId, limits, tokens) is { } reached)
            {
                return new FileBatchRetry.LimitReached(reached);
            }
        }

        if (await connection.ExecuteAsync(Reopen, batch, cancellationToken) is 0)
        {
            return new FileBatchRetry.Refused();
        }

        var lines = await connection.QuerySingleAsync<int>(Retry, batch, cancellationToken);
        if (lines > 0)
        {
            await transaction.CommitAsync(cancellationToken);
            relay.Set();
        }

        return new FileBatchRetry.Done(lines);
    }

    /// <summary>Holds back what has not been sent to a worker; what has been is done. False when its state does not allow it, or there is none.</summary>
    public Task<bool> PauseAsync(Guid clientId, Guid id, CancellationToken cancellationToken) => HoldAsync(clientId, id, Pause, HoldBack, cancellationToken);

    /// <summary>Lets go what was held back.</summary>
    public Task<bool> ResumeAsync(Guid clientId, Guid id, CancellationToken cancellationToken) => HoldAsync(clientId, id, Resume, LetGo, cancellationToken);

    /// <summary>The next lines behind the cursor that have ended, in an order that stays: those that became no jobs, then jobs as they became final.</summary>
    /// <returns>Null when the client has no such batch.</returns>
    public async Task<LinePage?> ReadAsync(Guid clientId, Guid id, BatchCursor after, int limit, CancellationToken cancellationToken)
    {
        var floor = JobDays.FloorOfPartsOf(id);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);

        // First, and in a snapshot of its own: what is final by now is seen by the statements after it.
        if (await connection.QueryInIndexOrderAsync<bool>(IsComplete, new { ClientId = clientId, Id = id, Floor = floor }, cancellationToken) is not [var isComplete])
        {
            return null;
        }

        IReadOnlyList<LineError> errors = after.Xid is 0
            ? (await connection.QueryAsync<LineError>(Errors, new { Id = id, Line = after.Index, Limit = limit }, cancellationToken)).Opened(vault)
            : [];
        var isInErrors = errors.Count == limit;
        IReadOnlyList<FinishedLine> lines = isInErrors ? [] : (await connection.QueryInIndexOrderAsync<FinishedLine>(
            Lines,
            new { Id = id, Floor = floor, Xid = after.Xid.ToString(CultureInfo.InvariantCulture), after.Index, IsComplete = isComplete, Limit = limit - errors.Count },
            cancellationToken)).Opened(vault);
        return new(errors, lines, isComplete && errors.Count + lines.Count < limit);
    }

    private async Task<bool> HoldAsync(Guid clientId, Guid id, string mark, string move, CancellationToken cancellationToken)
    {
        var batch = new { ClientId = clientId, Id = id, Floor = JobDays.FloorOfPartsOf(id) };
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.ExecuteAsync(mark, batch, cancellationToken) is 0)
        {
            return false;
        }

        await connection.ExecuteAsync(move, batch, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        relay.Set();
        return true;
    }
}
