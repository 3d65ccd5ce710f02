namespace Pipeline.Core.Relay;

internal static class OutboxSql
{
    /// <summary>For so long a row is left to the process that holds its message in memory, or tried in vain.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // The locks keep other relays away until the commit; skip locked lets them work side by side. Bulk rows come after
    // all others: however many there are, they hold up nobody who waits.
    public const string Take = """
        select id, job_id as JobId, queue, others from outbox
         where due_at <= now() order by bulk, due_at, id limit @Limit for update skip locked
        """;

    // A delete that a crash of the server takes back costs a second delivery, which finds nothing to do. So nobody waits for
    // the disk.
    public const string Delete = """
        delete from outbox using (select set_config('synchronous_commit', 'off', true)) as unhurried where id = any(@Ids)
        """;

    // Behind the others: a queue that takes nothing must not hold up the rest.
    public const string Postpone = "update outbox set due_at = now() + @Grace where id = any(@Ids)";

    // What is not due yet has its row already.
    public const string Redispatch = """
        insert into outbox (job_id, queue)
        select id, queue from jobs
         where state = 'queued' and (due_at is null or due_at <= now())
           and id not in (select job_id from outbox union all select unnest(others) from outbox)
        """;
}
