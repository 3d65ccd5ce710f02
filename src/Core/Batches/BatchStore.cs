using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Encryption;
using Pipeline.Core.Erasure;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;
using Pipeline.Core.Telemetry;

namespace Pipeline.Core.Batches;

/// <summary>What clients ask about, and do to, their own batches.</summary>
public sealed class BatchStore(NpgsqlDataSource dataSource, Vault vault, TimeProvider time)
{
    // @Floor: no job of a batch is much older than the batch, so the partitions of earlier days are left out.

    private const string Find = """
        select b.id, coalesce(c.name, b.client_id::text) as Client, b.items, b.created_at as CreatedAt, b.canceled_at as CanceledAt,
               count(*) filter (where state = 'queued')::int as Queued,
               count(*) filter (where state = 'running')::int as Running,
               count(*) filter (where state = 'succeeded')::int as Succeeded,
               count(*) filter (where state = 'failed')::int as Failed,
               count(*) filter (where state = 'canceled')::int as Canceled,
               count(*) filter (where state = 'expired')::int as Expired,
               count(*) filter (where finished_at > now() - interval '60 seconds')::int as FinishedLately,
               min(started_at) as StartedAt, max(finished_at) as FinishedAt, now() as Now
          from batches b left join clients c on c.id = b.client_id left join jobs on batch_id = b.id and jobs.id >= @Floor
         where b.id = @Id and (@ClientId::uuid is null or b.client_id = @ClientId)
         group by b.id, c.name
        """;

    // Without counts: a page of large batches would count millions of rows.
    private const string List = """
        select id, (select name from clients where clients.id = client_id) as Client, items, created_at as CreatedAt, canceled_at as CanceledAt from batches
         where client_id = @ClientId and (@Before::uuid is null or id < @Before)
         order by id desc limit @Limit
        """;

    private const string ListOfAll = """
        select b.id, coalesce(c.name, b.client_id::text) as Client, items, b.created_at as CreatedAt, canceled_at as CanceledAt
          from batches b left join clients c on c.id = b.client_id
         where @Before::uuid is null or b.id < @Before
         order by b.id desc limit @Limit
        """;

    /// <summary>No row: the client has no such batch.</summary>
    private const string IsComplete = $"""
        select not {OpenJobs.Any} from batches where client_id = @ClientId and id = @Id
        """;

    // Once a batch is complete, whoever made its jobs final has committed.
    private const string Results = """
        select finished_xid::text as Xid, batch_index as Index, client_key as Key, id as JobId, state, attempt,
               finished_at as FinishedAt, result::text, cached_from as CachedFrom, error_code as ErrorCode, error
          from jobs
         where id >= @Floor and batch_id = @Id and finished_xid is not null and (finished_xid, batch_index) > (@Xid::text::xid8, @Index::int)
           and (@IsComplete or finished_xid < pg_snapshot_xmin(pg_current_snapshot()))
         order by finished_xid, batch_index limit @Limit
        """;

    private const string MarkCanceled = $"""
        update batches set canceled_at = coalesce(canceled_at, now()) where client_id = @ClientId and id = @Id and {OpenJobs.Any}
        """;

    // In groups, and around rows that a worker is writing: locking a whole batch could deadlock with results.
    private const string Cancel = """
        with wanted as (
            select id from jobs where id >= @Floor and batch_id = @Id and client_id = @ClientId and state in ('queued', 'running')
             limit @Limit for update skip locked),
        canceled as (
            update jobs set state = 'canceled', finished_at = now(), finished_xid = pg_current_xact_id(), due_at = null, worker_id = null
             where id in (select id from wanted) returning queue, kind)
        select queue, kind, count(*)::int from canceled group by queue, kind
        """;

    private const int CancelGroupMax = 2_000;
    private static readonly TimeSpan LockedPause = TimeSpan.FromMilliseconds(20);

    /// <param name="clientId">Whose it has to be; null: anybody's.</param>
    public Task<BatchProgress?> FindAsync(Guid? clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<BatchProgress>(
            Find, new { ClientId = clientId, Id = id, Floor = JobDays.FloorOfPartsOf(id) }, cancellationToken);

    /// <summary>Whether the client has it; one of a file also while its lines are checked.</summary>
    public Task<bool> ExistsAsync(Guid clientId, Guid id, CancellationToken cancellationToken) => BatchErasure.ExistsAsync(dataSource, clientId, id, cancellationToken);

    /// <summary>Newest first.</summary>
    /// <param name="clientId">Whose; null: everybody's.</param>
    public Task<IReadOnlyList<Batch>> ListAsync(Guid? clientId, Guid? before, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Batch>(clientId is null ? ListOfAll : List, new { ClientId = clientId, Before = before, Limit = limit }, cancellationToken);

    /// <summary>The next final jobs behind the cursor; null when the client has no such batch.</summary>
    public async Task<BatchPage?> ReadAsync(Guid clientId, Guid id, BatchCursor after, int limit, CancellationToken cancellationToken)
    {
        var floor = JobDays.FloorOfPartsOf(id);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);

        // First, and in a snapshot of its own: what is final by now is seen by the second statement.
        if (await connection.QueryInIndexOrderAsync<bool>(IsComplete, new { ClientId = clientId, Id = id, Floor = floor }, cancellationToken) is not [var complete])
        {
            return null;
        }

        var results = (await connection.QueryInIndexOrderAsync<BatchResult>(
            Results, new { Id = id, Floor = floor, Xid = after.Xid.ToString(System.Globalization.CultureInfo.InvariantCulture), after.Index, IsComplete = complete, Limit = limit }, cancellationToken)).Opened(vault);
        return new(results, complete && results.Count < limit);
    }

    /// <summary>Cancels every job that is not final; null when the client has no such batch.</summary>
    public async Task<BatchProgress?> CancelAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            var batch = new { ClientId = clientId, Id = id, Floor = JobDays.FloorOfPartsOf(id), Limit = CancelGroupMax };
            await connection.ExecuteAsync(MarkCanceled, batch, cancellationToken);
            while (await connection.ExecuteScalarAsync<bool?>(IsComplete, batch, cancellationToken) is false)
            {
                var canceled = await connection.QueryAsync<(string Queue, string Kind, int Jobs)>(Cancel, batch, cancellationToken);
                JobMeter.Ended(canceled, JobState.Canceled, errorCode: null);
                if (canceled.Count is 0)
                {
                    // All that is left is being written by workers at this moment.
                    await Task.Delay(LockedPause, time, cancellationToken);
                }
            }
        }

        return await FindAsync(clientId, id, cancellationToken);
    }
}
