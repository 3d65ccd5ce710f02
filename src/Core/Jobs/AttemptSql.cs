namespace Pipeline.Core.Jobs;

internal static class AttemptSql
{
    // The test of the state is the lock: of several deliveries of one job, one gets the row. Nobody else's job is touched,
    // so a redelivery costs one lookup and no inference. A suspect, a job that a worker died of or beside, is only pointed
    // out: it is claimed when it can run without other suspects. Nobody waits for the disk: a claim that a crash of the server
    // takes back is found by its worker, like any attempt that is no longer its own, and dispatched again.
    public const string Claim = """
        with claimed as (
            update jobs set state = 'running', attempt = attempt + 1, worker_id = @WorkerId, started_at = now(), due_at = null,
                   error_code = null, error = null
              from (select set_config('synchronous_commit', 'off', true)) as unhurried
             where id = any(@Ids) and state = 'queued' and (due_at is null or due_at <= now())
               and (expires_at is null or expires_at > now()) and (deaths = 0 or @Suspects)
            returning jobs.*)
        select id, client_id as ClientId, kind, lane, attempt, failures::int, input::text, watcher, false as IsSuspect,
               extract(epoch from now() - queued_at)::float8 as QueuedSeconds,
               extract(epoch from expires_at - now())::float8 as SecondsToExpiry
          from claimed
        union all
        select id, client_id, kind, lane, attempt, failures::int, input::text, watcher, true, 0, null
          from jobs where id = any(@Ids) and state = 'queued' and deaths > 0 and not @Suspects
        """;

    // The ids stand there twice: as an array they tell the planner which partitions to look into.
    // attempt and state fence the write: what was canceled, expired or given to another worker meanwhile matches no row.
    // Whatever goes back to the queue gets its dispatch in the same statement.
    public const string Finish = """
        with finished as (
            update jobs set state = o.state, result = o.result::json, cache_key = o.cache_key, error_code = o.error_code, error = o.error,
                   failures = jobs.failures + o.failures, due_at = now() + o.delay_seconds * interval '1 second', worker_id = null,
                   queued_at = case when o.state = 'queued' then now() else queued_at end,
                   finished_at = case when o.state = 'queued' then null else now() end,
                   finished_xid = case when o.state = 'queued' then null else pg_current_xact_id() end
              from unnest(@Ids::uuid[], @Attempts::int[], @States::text[], @Results::text[], @ErrorCodes::text[],
                          @Errors::text[], @Failures::int[], @DelaySeconds::float8[], @CacheKeys::uuid[])
                as o (id, attempt, state, result, error_code, error, failures, delay_seconds, cache_key)
             where jobs.id = any(@Ids) and jobs.id = o.id and jobs.attempt = o.attempt and jobs.state = 'running'
            returning jobs.id, jobs.lane, jobs.state, jobs.due_at),
        dispatched as (
            insert into outbox (job_id, lane, due_at)
            select id, lane, coalesce(due_at, now()) from finished where state = 'queued')
        select id from finished
        """;

    public const string Owned = "select id, attempt from jobs where worker_id = @WorkerId and state = 'running'";

    // Jobs of a message that their worker could not start, or not keep. Only what waits: the others have ended, or run elsewhere.
    public const string DispatchAgain = """
        insert into outbox (job_id, lane) select id, lane from jobs where id = any(@Ids) and state = 'queued' returning job_id
        """;

    // The commit of a claim was lost on the way: the row says that it runs here, and nothing does.
    public const string GiveBackUnknown = """
        with requeued as (
            update jobs set state = 'queued', worker_id = null, queued_at = now()
              from unnest(@Ids::uuid[], @Attempts::int[]) as lost (id, attempt)
             where jobs.id = any(@Ids) and jobs.id = lost.id and jobs.attempt = lost.attempt and jobs.state = 'running'
            returning jobs.id, jobs.lane)
        insert into outbox (job_id, lane) select id, lane from requeued
        """;
}
