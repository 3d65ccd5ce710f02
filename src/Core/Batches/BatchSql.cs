namespace Pipeline.Core.Batches;

internal static class BatchSql
{
    // @Floor: no job of a batch is much older than the batch, so the partitions of earlier days are left out.

    // Not public: COPY cannot be prepared, which the test of all statements does.
    internal const string CopyJobs = """
        copy jobs (id, client_id, kind, queue, input, expires_at, batch_id, batch_index, client_key) from stdin (format binary)
        """;

    // No row: an earlier try was committed before its connection broke.
    public const string Insert = """
        insert into batches (id, client_id, items, callback_url) values (@Id, @ClientId, @Items, @CallbackUrl) on conflict do nothing
        """;

    // Dispatched in the order of the request.
    public const string Dispatch = """
        insert into outbox (job_id, queue, others)
        select (array_agg(id order by batch_index))[1], queue, nullif((array_agg(id order by batch_index))[2:], '{}')
          from (select id, queue, batch_index, (row_number() over (partition by queue order by batch_index) - 1) / items as message
                  from jobs join unnest(@Queues::text[], @ItemsPerMessage::int[]) as l (queue, items) using (queue)
                 where id >= @Floor and batch_id = @Id) numbered
         group by queue, message order by min(batch_index)
        """;

    // A key taken by a transaction still in flight makes this wait for that one's end, so the answer is final.
    public const string InsertKey = """
        insert into idempotency_keys (client_id, key, request_hash, job_ids, batch_id)
        values (@ClientId, @Key, @RequestHash, '{}', @Id)
        on conflict do nothing
        """;

    public const string SelectKey = """
        select request_hash as RequestHash, batch_id as BatchId from idempotency_keys where client_id = @ClientId and key = @Key
        """;

    public const string Find = """
        select b.id, b.items, b.created_at as CreatedAt, b.canceled_at as CanceledAt,
               count(*) filter (where state = 'queued')::int as Queued,
               count(*) filter (where state = 'running')::int as Running,
               count(*) filter (where state = 'succeeded')::int as Succeeded,
               count(*) filter (where state = 'failed')::int as Failed,
               count(*) filter (where state = 'canceled')::int as Canceled,
               count(*) filter (where state = 'expired')::int as Expired,
               count(*) filter (where finished_at > now() - interval '60 seconds')::int as FinishedLately,
               min(started_at) as StartedAt, max(finished_at) as FinishedAt, now() as Now
          from batches b left join jobs on batch_id = b.id and jobs.id >= @Floor
         where b.client_id = @ClientId and b.id = @Id
         group by b.id
        """;

    // Without counts: a page of large batches would count millions of rows.
    public const string List = """
        select id, items, created_at as CreatedAt, canceled_at as CanceledAt from batches
         where client_id = @ClientId and (@Before::uuid is null or id < @Before)
         order by id desc limit @Limit
        """;

    /// <summary>No row: the client has no such batch.</summary>
    public const string IsComplete = """
        select not exists (select from jobs where id >= @Floor and batch_id = @Id and state in ('queued', 'running'))
          from batches where client_id = @ClientId and id = @Id
        """;

    // Once a batch is complete, whoever made its jobs final has committed.
    public const string Results = """
        select finished_xid::text as Xid, batch_index as Index, client_key as Key, id as JobId, state, attempt,
               finished_at as FinishedAt, result::text, error_code as ErrorCode, error
          from jobs
         where id >= @Floor and batch_id = @Id and finished_xid is not null and (finished_xid, batch_index) > (@Xid::text::xid8, @Index::int)
           and (@IsComplete or finished_xid < pg_snapshot_xmin(pg_current_snapshot()))
         order by finished_xid, batch_index limit @Limit
        """;

    public const string MarkCanceled = """
        update batches set canceled_at = coalesce(canceled_at, now())
         where client_id = @ClientId and id = @Id
           and exists (select from jobs where id >= @Floor and batch_id = @Id and state in ('queued', 'running'))
        """;

    // In groups, and around rows that a worker is writing: locking a whole batch could deadlock with results.
    public const string Cancel = """
        with wanted as (
            select id from jobs where id >= @Floor and batch_id = @Id and client_id = @ClientId and state in ('queued', 'running')
             limit @Limit for update skip locked)
        update jobs set state = 'canceled', finished_at = now(), finished_xid = pg_current_xact_id(), due_at = null, worker_id = null
         where id in (select id from wanted)
        """;
}
