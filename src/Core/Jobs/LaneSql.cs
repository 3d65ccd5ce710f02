namespace Pipeline.Core.Jobs;

internal static class LaneSql
{
    public const string Now = "select now()";

    public const string Waiting = """
        select lane, count(*)::int, extract(epoch from now() - min(queued_at))::float8
          from jobs where state = 'queued' group by lane
        """;

    public const string Running = "select lane, count(*)::int from jobs where state = 'running' group by lane";

    public const string Finished = """
        select lane, count(*)::int
          from jobs where finished_at > coalesce(@Since::timestamptz, now() - interval '60 seconds') and finished_at <= now() group by lane
        """;

    public const string Workers = """
        select lane, count(*)::int from workers, unnest(lanes) as lane where lease_until > now() group by lane
        """;
}
