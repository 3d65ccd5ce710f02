namespace Pipeline.Core.Jobs;

internal static class LaneSql
{
    public const string Now = "select now()";

    public const string Waiting = """
        select lane, count(*)::int, extract(epoch from now() - min(queued_at))::float8
          from jobs where state = 'queued' group by lane
        """;

    public const string Running = "select lane, count(*)::int from jobs where state = 'running' group by lane";

    // How fast workers are: what was answered from the cache says nothing of that.
    public const string Finished = """
        select lane, count(*)::int
          from jobs where finished_at > coalesce(@Since::timestamptz, now() - interval '60 seconds') and finished_at <= now() and cached_from is null group by lane
        """;

    public const string Workers = """
        select lane, count(*)::int from workers, unnest(lanes) as lane where lease_until > now() group by lane
        """;

    // A worker that does not say how it does a kind has a null, which differs from what others say.
    public const string Recipes = """
        select distinct kind, recipes ->> kind
          from (select regexp_replace(unnest(lanes), '-bulk$', '') as kind, recipes from workers where lease_until > now()) as living
        """;
}
