using Dapper;
using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Intake;

/// <summary>The statement that writes jobs with their dispatches.</summary>
internal static class JobInsert
{
    // A retried group may have been committed before its connection broke: the ids tell, and the outbox follows the rows
    // that were really inserted. Its rows are returned, because this process sends them from memory; they become due in case
    // it does not. Those of bulk queues are due at once and read in their order, behind all others.
    private const string Dispatch = """
        dispatched as (
            insert into outbox (job_id, queue, others, due_at)
            select (array_agg(id))[1], queue, nullif((array_agg(id))[2:], '{}'), case when queue like '%-bulk' then now() else now() + @Grace end
              from accepted join unnest(@Ids::uuid[], @Messages::int[]) as m (id, message) using (id)
             where state = 'queued' group by queue, message
            returning id, job_id, queue, others, bulk)
        select id, job_id as JobId, queue, others from dispatched where not bulk
        """;

    public const string Queued = $"""
        with accepted as (
            insert into jobs (id, client_id, kind, queue, input, expires_at, subscriber, callback_url)
            select * from unnest(@Ids::uuid[], @ClientIds::uuid[], @Kinds::text[], @Queues::text[], @Inputs::json[], @ExpiresAt::timestamptz[],
                                 @Subscribers::text[], @CallbackUrls::text[])
            on conflict (id) do nothing
            returning id, queue, state),
        {Dispatch}
        """;

    // The same, for submissions that may be answered from the cache: one look into an index a job and day that is young enough.
    // What is found is final from the start and travels nowhere: it is told as row 0. Only a job that was computed has a key, so no result outlives its age by being given again.
    public const string QueuedOrAnswered = $"""
        with accepted as (
            insert into jobs (id, client_id, kind, queue, input, expires_at, subscriber, callback_url, state, result, cached_from, finished_at, finished_xid)
            select s.id, s.client_id, s.kind, s.queue, s.input, s.expires_at, s.subscriber, s.callback_url,
                   case when known.id is null then 'queued' else 'succeeded' end, known.result, known.id,
                   case when known.id is not null then now() end, case when known.id is not null then pg_current_xact_id() end
              from unnest(@Ids::uuid[], @ClientIds::uuid[], @Kinds::text[], @Queues::text[], @Inputs::json[], @ExpiresAt::timestamptz[],
                          @Subscribers::text[], @CallbackUrls::text[], @CacheKeys::uuid[])
                   as s (id, client_id, kind, queue, input, expires_at, subscriber, callback_url, cache_key)
              left join lateral (
                   select id, result from jobs
                    where jobs.cache_key = s.cache_key and jobs.id >= @CacheFloor and finished_at > now() - @AgeMaxSeconds * interval '1 second'
                    order by finished_at desc limit 1) as known on true
            on conflict (id) do nothing
            returning id, queue, state),
        {Dispatch}
        union all
        select 0, id, queue, null from accepted where state = 'succeeded'
        """;

    /// <summary>Of <see cref="Queued"/>.</summary>
    /// <param name="jobs">What to insert.</param>
    /// <param name="owners">The client of each.</param>
    /// <param name="messages">The message that each travels in, by a number.</param>
    /// <param name="grace">For how long interactive rows of the outbox are left to the caller.</param>
    public static DynamicParameters Parameters(IReadOnlyList<NewJob> jobs, IReadOnlyList<Guid> owners, int[] messages, TimeSpan grace) => new(new
    {
        Ids = jobs.Select(job => job.Id).ToArray(),
        ClientIds = owners.ToArray(),
        Kinds = jobs.Select(job => job.Kind).ToArray(),
        Queues = jobs.Select(job => job.Queue).ToArray(),
        Messages = messages,
        Inputs = jobs.Select(job => job.InputJson).ToArray(),
        ExpiresAt = jobs.Select(job => job.ExpiresAt?.UtcDateTime).ToArray(),
        Subscribers = jobs.Select(job => job.Subscriber).ToArray(),
        CallbackUrls = jobs.Select(job => job.CallbackUrl).ToArray(),
        Grace = grace,
    });
}

/// <summary>Jobs that the pipeline gives itself: summaries of reports, questions that a model has to answer to show that it works.</summary>
public static class SystemJobs
{
    /// <summary>Accepts jobs within the caller's transaction. They are few, so each travels alone, and no queue is too full for them.</summary>
    public static Task AddAsync(NpgsqlConnection connection, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        AddAsync(connection, Client.SystemId, jobs, cancellationToken);

    /// <summary>The same, for a client: for a tool that works on the database, beside the API's own intake.</summary>
    public static Task AddAsync(NpgsqlConnection connection, Guid clientId, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            JobInsert.Queued,
            // Due at once: whoever dispatches finds them, and this process may be one that does not.
            JobInsert.Parameters(jobs, [.. jobs.Select(_ => clientId)], [.. Enumerable.Range(0, jobs.Count)], TimeSpan.Zero),
            cancellationToken);
}
