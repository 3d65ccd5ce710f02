namespace Pipeline.Core.Jobs;

internal static class JobSql
{
    // Read as timestamptz in UTC; the names are those of Job.
    private const string Summary = """
        id, client_id as ClientId, kind, queue, state, attempt, deaths::int, created_at as CreatedAt,
        started_at as StartedAt, finished_at as FinishedAt, due_at as DueAt, expires_at as ExpiresAt,
        batch_id as BatchId, cached_from is not null as IsCached, error_code as ErrorCode, error,
        steps, case when steps is not null then (select count(*) from job_steps where job_id = id)::int end as StepsDone
        """;

    private const string Columns = Summary + ", result::text";

    public const string Find = $"select {Columns} from jobs where client_id = @ClientId and id = any(@Ids)";

    // Without results: a page of embeddings would be many megabytes.
    public const string List = $"""
        select {Summary} from jobs
         where client_id = @ClientId
           and (@Before::uuid is null or id < @Before)
           and (@State::text is null or state = @State)
           and (@Kind::text is null or kind = @Kind)
         order by id desc limit @Limit
        """;

    // The test of the state is the lock. A running job ends here and now: its worker finds that it no longer owns it.
    public const string Cancel = $"""
        update jobs set state = 'canceled', finished_at = now(), finished_xid = pg_current_xact_id(), due_at = null, worker_id = null
         where client_id = @ClientId and id = any(@Ids) and state in ('queued', 'running')
        returning {Columns}
        """;

    // Failures and deaths are forgotten: the operator knows something that the pipeline does not.
    public const string Retry = $"""
        with requeued as (
            update jobs set state = 'queued', failures = 0, deaths = 0, queued_at = now(), started_at = null, finished_at = null,
                   finished_xid = null, due_at = null, expires_at = null, error_code = null, error = null, worker_id = null
             where client_id = @ClientId and id = any(@Ids) and state in ('failed', 'canceled', 'expired')
            returning *),
        dispatched as (insert into outbox (job_id, queue) select id, queue from requeued)
        select {Columns} from requeued
        """;

    public const string Finished = """
        select id from jobs where id = any(@Ids) and state in ('succeeded', 'failed', 'canceled', 'expired')
        """;
}
