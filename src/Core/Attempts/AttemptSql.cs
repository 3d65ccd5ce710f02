namespace Pipeline.Core.Attempts;

internal static class AttemptSql
{
    // Rows are looked up by their ids. The partial indexes of waiting and of running jobs are next to empty whenever statistics
    // are taken at a quiet moment, so to read all of one looks cheaper to the planner, and then it holds the whole queue. And so
    // few rows are expected that those of Finish would be compared each with each. An expression keeps such an index out,
    // and the planner expects half of the rows.
    private const string Queued = "jobs.id = any(@Ids) and coalesce(jobs.state = 'queued', false)";
    private const string Running = "jobs.id = any(@Ids) and coalesce(jobs.state = 'running', false)";

    // The test of the state is the lock: of several deliveries of one job, one gets the row. Nobody else's job is touched,
    // so a redelivery costs one lookup and no inference. Nobody waits for the disk: a claim that a crash of the server takes
    // back is found by its worker, like any attempt that is no longer its own, and dispatched again.
    public const string Claim = $"""
        update jobs set state = 'running', attempt = attempt + 1, worker_id = @WorkerId, started_at = now(), due_at = null,
               error_code = null, error = null
          from (select set_config('synchronous_commit', 'off', true)) as unhurried
         where {Queued} and (due_at is null or due_at <= now())
           and (expires_at is null or expires_at > now()) and (deaths = 0 or @PoisonCandidates)
        returning id, client_id as ClientId, kind, queue, attempt, failures::int, input::text, subscriber, false as IsPoisonCandidate,
                  extract(epoch from now() - queued_at)::float8 as QueuedSeconds,
                  extract(epoch from expires_at - now())::float8 as SecondsToExpiry
        """;

    // A poison candidate, a job that a worker died of or beside, is only pointed out: it is claimed when it can run without others.
    public const string PoisonCandidates = $"""
        select id, client_id as ClientId, kind, queue, attempt, failures::int, input::text, subscriber, true as IsPoisonCandidate,
               0::float8 as QueuedSeconds, null::float8 as SecondsToExpiry
          from jobs where {Queued} and deaths > 0
        """;

    // attempt and state fence the write: what was canceled, expired or given to another worker meanwhile matches no row.
    // Whatever goes back to the queue gets its dispatch in the same statement.
    public const string Complete = $"""
        with finished as (
            update jobs set state = o.state, result = o.result::json, cache_key = o.cache_key, error_code = o.error_code, error = o.error,
                   failures = jobs.failures + o.failures, due_at = now() + o.delay_seconds * interval '1 second', worker_id = null,
                   queued_at = case when o.state = 'queued' then now() else queued_at end,
                   finished_at = case when o.state = 'queued' then null else now() end,
                   finished_xid = case when o.state = 'queued' then null else pg_current_xact_id() end
              from unnest(@Ids::uuid[], @Attempts::int[], @States::text[], @Results::text[], @ErrorCodes::text[],
                          @Errors::text[], @Failures::int[], @DelaySeconds::float8[], @CacheKeys::uuid[])
                as o (id, attempt, state, result, error_code, error, failures, delay_seconds, cache_key)
             where {Running} and jobs.id = o.id and jobs.attempt = o.attempt
            returning jobs.id, jobs.queue, jobs.state, jobs.due_at),
        dispatched as (
            insert into outbox (job_id, queue, due_at)
            select id, queue, coalesce(due_at, now()) from finished where state = 'queued')
        select id from finished
        """;

    public const string Owned = "select id, attempt from jobs where worker_id = @WorkerId and state = 'running'";

    // Jobs of a message that their worker could not start, or not keep. Only what waits: the others have ended, or run elsewhere.
    public const string DispatchAgain = $"""
        insert into outbox (job_id, queue) select id, queue from jobs where {Queued} returning job_id
        """;

    // The commit of a claim was lost on the way: the row says that it runs here, and nothing does.
    public const string GiveBackUnknown = $"""
        with requeued as (
            update jobs set state = 'queued', worker_id = null, queued_at = now()
              from unnest(@Ids::uuid[], @Attempts::int[]) as lost (id, attempt)
             where {Running} and jobs.id = lost.id and jobs.attempt = lost.attempt
            returning jobs.id, jobs.queue)
        insert into outbox (job_id, queue) select id, queue from requeued
        """;
}
