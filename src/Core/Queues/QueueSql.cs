namespace Pipeline.Core.Queues;

internal static class QueueSql
{
    public const string Now = "select now()";

    public const string Waiting = """
        select queue, count(*)::int, extract(epoch from now() - min(queued_at))::float8
          from jobs where state = 'queued' group by queue
        """;

    public const string Running = "select queue, count(*)::int from jobs where state = 'running' group by queue";

    // How fast workers are: what was answered from the cache says nothing of that.
    public const string Finished = """
        select queue, count(*)::int
          from jobs where finished_at > coalesce(@Since::timestamptz, now() - interval '60 seconds') and finished_at <= now() and cached_from is null group by queue
        """;

    public const string Workers = """
        select queue, count(*)::int from workers, unnest(queues) as queue where lease_until > now() group by queue
        """;

    // A worker that does not say how it does a kind has a null, which differs from what others say.
    public const string Fingerprints = """
        select distinct kind, result_fingerprints ->> kind
          from (select regexp_replace(unnest(queues), '-bulk$', '') as kind, result_fingerprints from workers where lease_until > now()) as living
        """;
}
