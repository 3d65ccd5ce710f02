namespace Pipeline.Core.Messaging;

internal static class OutboxSql
{
    // Deleted here, gone at the commit: a dispatcher that dies, or a broker that does not confirm, leaves the rows.
    // skip locked lets several dispatchers work side by side.
    public const string Take = """
        delete from outbox where id in (
            select id from outbox where due_at <= now() order by due_at, id limit @Limit for update skip locked)
        returning job_id as JobId, lane
        """;
}
