namespace Pipeline.Core.Attempts;

internal static class WorkerSql
{
    // Also the way back for a worker that was away for so long that its row was swept.
    public const string Renew = """
        insert into workers (id, host, queues, result_fingerprints, lease_until)
        values (@Id, @Host, @Queues, @Fingerprints::json, now() + @LeaseSeconds * interval '1 second')
        on conflict (id) do update set lease_until = excluded.lease_until
        """;

    // Rows that still say running were claimed on a connection that broke before it could tell, or are given up now.
    // A worker that leaves in order is no death.
    public const string Leave = """
        with gone as (delete from workers where id = @Id),
        requeued as (
            update jobs set state = 'queued', worker_id = null, queued_at = now()
             where worker_id = @Id and state = 'running' returning id, queue)
        insert into outbox (job_id, queue) select id, queue from requeued
        """;
}
