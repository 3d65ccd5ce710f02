using System.Data;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Pipeline.Core.Encryption;
using Pipeline.Core.Hosting;
using Pipeline.Core.Intake;
using Pipeline.Core.Limits;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;
using Pipeline.Core.Relay;
using Pipeline.Core.Telemetry;

namespace Pipeline.Core.Batches;

/// <summary>
/// Makes a batch durable: its row, its jobs and their dispatches in one transaction, so that it is there whole or not at
/// all. It is written from its spool after its last item was checked, so the transaction is short however slow the client.
/// </summary>
public sealed class BatchIntake(
    NpgsqlDataSource dataSource,
    Vault vault,
    QueueAdmission admission,
    QueueReserve reserve,
    ClientStandings standings,
    Budgets budgets,
    AsyncAutoResetEvent signal,
    TraceLimit traces,
    IOptionsMonitor<QueueOptions> queues,
    TimeProvider time) : IDisposable
{
    // Not public: COPY cannot be prepared, which the test of all statements does.
    private const string CopyJobs = """
        copy jobs (id, client_id, kind, queue, input, expires_at, batch_id, batch_index, client_key, answer_form, deadline, user_id, budget_tokens, budget_day, trace) from stdin (format binary)
        """;

    // No row: an earlier try was committed before its connection broke.
    private const string Insert = """
        insert into batches (id, client_id, items, callback_url) values (@Id, @ClientId, @Items, @CallbackUrl) on conflict do nothing
        """;

    private const string CopyDispatches = "copy dispatches (job_id, queue, client_id, others, cost, deadline) from stdin (format binary)";

    // A key taken by a transaction still in flight makes this wait for that one's end, so the answer is final.
    private const string InsertKey = """
        insert into idempotency_keys (client_id, key, request_hash, job_ids, batch_id)
        values (@ClientId, @Key, @RequestHash, '{}', @Id)
        on conflict do nothing
        """;

    private const string SelectKey = """
        select request_hash as RequestHash, batch_id as BatchId from idempotency_keys where client_id = @ClientId and key = @Key
        """;

    private const int Attempts = 3;

    // Each takes a connection for about two seconds at 50,000 items; the pool is there for everybody.
    private const int WritersMax = 3;

    private readonly ClientTurns _writers = new(WritersMax);

    /// <exception cref="StoreUnavailableException">Nothing was accepted as far as the client may assume.</exception>
    public async Task<BatchReply> SubmitAsync(NewBatch batch, CancellationToken cancellationToken)
    {
        using var span = JobTracing.Accept(batch);
        try
        {
            // Before the room is asked for: a repeat is answered even while the queue is full.
            return await _writers.UseAsync(
                batch.ClientId, async () => await KnownAsync(batch, cancellationToken) ?? await AdmitAsync(batch, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (TransientErrors.IsTransient(e))
        {
            throw new StoreUnavailableException(e);
        }
    }

    /// <summary>The queue that has no room now for what was read of a batch, if there is one: the rest need not be read.</summary>
    /// <param name="queues">How many items of each queue were read.</param>
    public BatchReply.QueueFull? FindFull(IReadOnlyDictionary<string, int> queues) =>
        reserve.FindFull(queues) is { } full && queues[full.Queue] <= full.DepthMax ? Full(full) : null;

    public void Dispose() => _writers.Dispose();

    private static BatchReply.QueueFull Full(SubmissionReply.QueueFull full) => new(full.Queue, full.Depth, full.DepthMax, full.RetryAfter);

    private async Task<BatchReply> AdmitAsync(NewBatch batch, CancellationToken cancellationToken)
    {
        foreach (var (queue, count) in batch.Queues)
        {
            if (count > admission.DepthMax(queue))
            {
                return new BatchReply.TooLarge(queue, count, admission.DepthMax(queue));
            }
        }

        if (await standings.TryEnterAsync(batch.ClientId, batch.Limits, batch.Count, cancellationToken) is { } reached)
        {
            return new BatchReply.LimitReached(reached);
        }

        if (await reserve.TryEnterAsync(batch.ClientId, batch.Queues, cancellationToken) is { } refused)
        {
            standings.Withdraw(batch.ClientId, batch.Limits, batch.Count);
            return refused switch
            {
                SubmissionReply.QueueFull full => Full(full),
                SubmissionReply.ModelCannotWrite { Kind: var kind, Setting: var setting } => new BatchReply.ModelCannotWrite(kind, setting),
                _ => throw new InvalidOperationException($"{refused.GetType().Name} is no answer to a batch."),
            };
        }

        try
        {
            return await CommitAsync(batch, cancellationToken);
        }
        finally
        {
            admission.Settle(batch.Queues);
            standings.Settle(batch.ClientId, batch.Limits, batch.Count);
        }
    }

    private async Task<BatchReply> CommitAsync(NewBatch batch, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await TryWriteAsync(batch, cancellationToken) is { } reply)
                {
                    signal.Set();
                    if (reply is BatchReply.Accepted)
                    {
                        JobMeter.Accepted(batch.Queues);
                    }

                    return reply;
                }

                // Somebody else's request took the key meanwhile, or ours did before its connection broke.
                return await KnownAsync(batch, cancellationToken) ?? new BatchReply.Accepted(batch.Id, Replayed: false);
            }
            catch (Exception e) when (TransientErrors.IsTransient(e) && attempt < Attempts)
            {
                // A connection of the pool that died while idle; a server that is really down fails the next ones as well.
            }
        }
    }

    /// <summary>Null when the key or the batch is there already; then nothing was written.</summary>
    private async Task<BatchReply?> TryWriteAsync(NewBatch batch, CancellationToken cancellationToken)
    {
        var estimate = batch.Limits.HasBudget ? await budgets.EstimatesAsync(cancellationToken) : null;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);

        // Whatever the server's default: who waited for the lock of a budget has to see what the one before it wrote.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var row = new
        {
            batch.Id,
            batch.ClientId,
            Items = batch.Count,
            batch.CallbackUrl,
            Key = batch.Key?.Value,
            batch.Key?.RequestHash,
        };
        if (batch.Key is not null && await ExecuteAsync(InsertKey) == 0)
        {
            return null;
        }

        if (await ExecuteAsync(Insert) == 0)
        {
            return null;
        }

        // A budget that is used up already is worth no copy; one that is not is locked after it, when little is left to do.
        var use = estimate is null ? null : await BudgetStore.ReadAsync(connection, batch.ClientId, cancellationToken);
        if (use is not null && budgets.Reached(use, batch.Limits, batch.Count) is { } usedUp)
        {
            return new BatchReply.LimitReached(usedUp);
        }

        BatchMessages messages = new(batch.Queues.ToDictionary(
            queue => queue.Key, queue => Math.Min(SharedMessages.Items(queue.Value, queues.Get(queue.Key)), SharedMessages.ItemsMax(batch.Limits.JobsInFlight))));
        var tokens = await CopyJobsAsync(connection, batch, messages, estimate, use?.Today, cancellationToken);
        if (use is not null)
        {
            var locked = await budgets.LockAsync(connection, [batch.ClientId], cancellationToken);
            var refused = locked.TrySpend(batch.ClientId, batch.Limits, tokens);
            budgets.Learn(locked);
            if (refused is { } reached)
            {
                return new BatchReply.LimitReached(reached);
            }

            await BudgetStore.ReserveAsync(connection, batch.ClientId, tokens, cancellationToken);
        }

        await CopyDispatchesAsync(connection, batch.ClientId, messages.All, cancellationToken);
        if (batch.Write is { } write && await write.TryWriteAsync(connection, vault, cancellationToken) is { } reason)
        {
            return new BatchReply.Refused(reason);
        }

        await transaction.CommitAsync(cancellationToken);
        return new BatchReply.Accepted(batch.Id, Replayed: false);

        Task<int> ExecuteAsync(string sql) => connection.ExecuteAsync(sql, row, cancellationToken);
    }

    /// <summary>The tokens that the jobs take of the client's budgets; 0 where it has none.</summary>
    private async Task<long> CopyJobsAsync(
        NpgsqlConnection connection, NewBatch batch, BatchMessages messages, Func<string, string, int>? estimate, DateOnly? today, CancellationToken cancellationToken)
    {
        var nextTrace = traces.ForEachOf(JobTracing.Context(span: null)); // The span of the batch is the current one; before the driver begins one of its own.
        await using var rows = await connection.BeginBinaryImportAsync(CopyJobs, cancellationToken);
        var index = 0;
        long total = 0;
        foreach (var item in batch.Items())
        {
            await rows.StartRowAsync(cancellationToken);
            var id = Guid.CreateVersion7(time.GetUtcNow());
            messages.Add(id, item);
            await rows.WriteAsync(id, NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteAsync(batch.ClientId, NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteAsync(item.Kind, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(item.Queue, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(vault.Seal(EncryptedColumn.Input, id, item.InputJson), NpgsqlDbType.Json, cancellationToken);
            await WriteOrNullAsync(rows, item.ExpiresAt?.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            await rows.WriteAsync(batch.Id, NpgsqlDbType.Uuid, cancellationToken);
            index = item.Index ?? index;
            await rows.WriteAsync(index++, NpgsqlDbType.Integer, cancellationToken);
            await WriteOrNullAsync(rows, item.Key, NpgsqlDbType.Text, cancellationToken);
            await WriteOrNullAsync(rows, AnswerForms.Seal(vault, id, item.AnswerForm), NpgsqlDbType.Text, cancellationToken);
            await WriteOrNullAsync(rows, item.Deadline?.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            await WriteOrNullAsync(rows, item.UserId, NpgsqlDbType.Text, cancellationToken);
            var tokens = estimate?.Invoke(item.Kind, item.InputJson);
            await WriteOrNullAsync(rows, tokens, NpgsqlDbType.Integer, cancellationToken);
            await WriteOrNullAsync(rows, today, NpgsqlDbType.Date, cancellationToken);
            await WriteOrNullAsync(rows, nextTrace(), NpgsqlDbType.Text, cancellationToken);
            total += tokens ?? 0;
        }

        await rows.CompleteAsync(cancellationToken);
        return total;
    }

    private static async Task CopyDispatchesAsync(NpgsqlConnection connection, Guid clientId, IReadOnlyList<BatchMessage> messages, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryImportAsync(CopyDispatches, cancellationToken);
        foreach (var message in messages)
        {
            await rows.StartRowAsync(cancellationToken);
            await rows.WriteAsync(message.JobId, NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteAsync(message.Queue, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(clientId, NpgsqlDbType.Uuid, cancellationToken);
            await WriteOrNullAsync(rows, message.Others is { Count: > 0 } others ? others : null, NpgsqlDbType.Array | NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteAsync(message.Cost, NpgsqlDbType.Real, cancellationToken);
            await WriteOrNullAsync(rows, message.Deadline?.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private static Task WriteOrNullAsync<T>(NpgsqlBinaryImporter rows, T? value, NpgsqlDbType type, CancellationToken cancellationToken) =>
        value is null ? rows.WriteNullAsync(cancellationToken) : rows.WriteAsync(value, type, cancellationToken);

    /// <summary>The answer to a request whose key was seen before; null when it is new.</summary>
    private async Task<BatchReply?> KnownAsync(NewBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Key is not { } key)
        {
            return null;
        }

        var first = await dataSource.QuerySingleOrDefaultAsync<KnownKey>(SelectKey, new { batch.ClientId, Key = key.Value }, cancellationToken);
        return first switch
        {
            null => null,
            { BatchId: { } id, RequestHash: var hash } when hash.AsSpan().SequenceEqual(key.RequestHash) =>
                new BatchReply.Accepted(id, Replayed: id != batch.Id),
            _ => new BatchReply.KeyReused(),
        };
    }

    /// <summary>A key, and the batch it made; null when it made jobs outside of any.</summary>
    private sealed record KnownKey
    {
        public required byte[] RequestHash { get; init; }

        public Guid? BatchId { get; init; }
    }
}
