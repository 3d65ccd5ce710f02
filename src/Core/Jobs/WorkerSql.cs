namespace Pipeline.Core.Jobs;

internal static class WorkerSql
{
    // Also the way back for a worker that was away for so long that its row was swept.
    public const string Renew = """
        insert into workers (id, host, lanes, lease_until)
        values (@Id, @Host, @Lanes, now() + @LeaseSeconds * interval '1 second')
        on conflict (id) do update set lease_until = excluded.lease_until
        """;

    public const string Leave = "delete from workers where id = @Id";
}
