namespace Pipeline.Core.Upkeep;

internal static class SweepSql
{
    // Several processes sweep; skip locked keeps them out of each other's way. A server that has just started has not
    // given the living workers the time to renew their leases.
    public const string Orphans = """
        with orphans as (
            select id from jobs
             where state = 'running' and pg_postmaster_start_time() < now() - @GraceSeconds * interval '1 second'
               and not exists (select from workers where workers.id = jobs.worker_id and lease_until > now())
             limit @Limit for update skip locked),
        swept as (
            update jobs set deaths = deaths + 1, worker_id = null, queued_at = now(),
                   state = case when deaths + 1 >= @DeathsMax then 'failed' else 'queued' end,
                   finished_at = case when deaths + 1 >= @DeathsMax then now() end,
                   finished_xid = case when deaths + 1 >= @DeathsMax then pg_current_xact_id() end,
                   error_code = case when deaths + 1 >= @DeathsMax then 'quarantined' else 'worker_lost' end,
                   error = case when deaths + 1 >= @DeathsMax
                     then format('%s workers died while they ran this job; it is not given to another. Look at it, then retry it.', deaths + 1)
                     else 'The worker that ran this job died.' end
             where id in (select id from orphans)
            returning id, queue, state),
        dispatched as (
            insert into outbox (job_id, queue) select id, queue from swept where state = 'queued')
        select count(*)::int from swept
        """;

    public const string Expired = """
        with expired as (
            select id from jobs
             where state in ('queued', 'running') and expires_at <= now()
             limit @Limit for update skip locked)
        update jobs set state = 'expired', finished_at = now(), finished_xid = pg_current_xact_id(), due_at = null, worker_id = null
         where id in (select id from expired)
        """;

    public const string DeadWorkers = "delete from workers where lease_until < now() - interval '1 hour'";
}
