namespace Pipeline.Core.Messaging;

internal static class OutboxSql
{
    // The locks keep other dispatchers away until the commit; skip locked lets them work side by side. Bulk rows come after
    // all others: however many there are, they hold up nobody who waits.
    public const string Take = """
        select id, job_id as JobId, lane, others from outbox
         where due_at <= now() order by bulk, due_at, id limit @Limit for update skip locked
        """;

    public const string Delete = "delete from outbox where id = any(@Ids)";

    // Behind the others: a lane whose queue takes nothing must not hold up the rest.
    public const string Postpone = "update outbox set due_at = now() + interval '5 seconds' where id = any(@Ids)";
}
