namespace Pipeline.Core.Subscriptions;

internal static class EventSql
{
    // Rows before it are read from the index of waiting jobs, and no more of them than anybody wants to know.
    public const string Subscribed = """
        select id, state, attempt,
               case when state = 'queued' then (
                   select count(*) from (
                       select from jobs ahead
                        where ahead.state = 'queued' and ahead.queue = jobs.queue and ahead.queued_at < jobs.queued_at
                        limit @JobsAheadMax) as counted)::int end as JobsAhead
          from jobs where id = any(@Ids)
        """;
}
