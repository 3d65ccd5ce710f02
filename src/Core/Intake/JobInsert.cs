using Dapper;
using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.Encryption;
using Pipeline.Core.Limits;
using Pipeline.Core.Postgres;
using Pipeline.Core.Relay;

namespace Pipeline.Core.Intake;

/// <summary>The statement that writes jobs with their dispatches.</summary>
internal static class JobInsert
{
    // A retried group may have been committed before its connection broke: the ids tell, and the dispatches follow the rows
    // that were really inserted. Those that count as sent are returned, because this process sends them from memory.
    private const string Dispatch = """
        dispatched as (
            insert into dispatches (job_id, queue, client_id, others, cost, deadline, dispatched_at)
            select (array_agg(id))[1], queue, client_id, nullif((array_agg(id))[2:], '{}'), sum(cost), deadline, case when bool_and(direct) then now() end
              from accepted join unnest(@Ids::uuid[], @Messages::int[], @Costs::real[], @Direct::bool[]) as m (id, message, cost, direct) using (id)
             where state = 'queued' group by queue, client_id, deadline, message
            returning id, job_id, queue, others, dispatched_at)
        select id, job_id as JobId, queue, others from dispatched where dispatched_at is not null
        """;

    private const string Accept = """
        accepted as (
            insert into jobs (id, client_id, kind, queue, input, expires_at, subscriber, callback_url, answer_form, deadline, user_id, budget_tokens, trace, resubmitted_from, budget_day)
            select *, case when tokens is not null then (now() at time zone 'UTC')::date end
              from unnest(@Ids::uuid[], @ClientIds::uuid[], @Kinds::text[], @Queues::text[], @Inputs::json[], @ExpiresAt::timestamptz[],
                          @Subscribers::text[], @CallbackUrls::text[], @AnswerForms::text[], @Deadlines::timestamptz[], @UserIds::text[], @Tokens::int[], @Traces::text[], @Origins::uuid[])
                   as s (id, client_id, kind, queue, input, expires_at, subscriber, callback_url, answer_form, deadline, user_id, tokens, trace, origin)
            on conflict (id) do nothing
            returning id, client_id, queue, state, deadline, budget_tokens)
        """;

    public const string Queued = $"""
        with {Accept},
        {Dispatch}
        """;

    // Where clients have budgets, which the transaction has locked.
    public const string QueuedAndReserved = $"""
        with {Accept},
        {BudgetStore.Reserve},
        {Dispatch}
        """;

    // The same, for submissions that may be answered from the cache: one look into an index a job and day that is young enough.
    // What is found is final from the start and travels nowhere: it is told as row 0. Only a job that was computed has a key, so no result outlives its age by being given again.
    private const string AcceptOrAnswer = """
        accepted as (
            insert into jobs (id, client_id, kind, queue, input, expires_at, subscriber, callback_url, answer_form, deadline, user_id, trace, resubmitted_from, budget_tokens, budget_day,
                              state, result, model, cached_from, finished_at, finished_xid)
            select s.id, s.client_id, s.kind, s.queue, s.input, s.expires_at, s.subscriber, s.callback_url, s.answer_form, s.deadline, s.user_id, s.trace, s.origin,
                   case when known.id is null then s.tokens end,
                   case when known.id is null and s.tokens is not null then (now() at time zone 'UTC')::date end,
                   case when known.id is null then 'queued' else 'succeeded' end, known.result, known.model, known.id,
                   case when known.id is not null then now() end, case when known.id is not null then pg_current_xact_id() end
              from unnest(@Ids::uuid[], @ClientIds::uuid[], @Kinds::text[], @Queues::text[], @Inputs::json[], @ExpiresAt::timestamptz[],
                          @Subscribers::text[], @CallbackUrls::text[], @AnswerForms::text[], @Deadlines::timestamptz[], @UserIds::text[], @Tokens::int[], @Traces::text[],
                          @Origins::uuid[], @CacheKeys::uuid[])
                   as s (id, client_id, kind, queue, input, expires_at, subscriber, callback_url, answer_form, deadline, user_id, tokens, trace, origin, cache_key)
              left join lateral (
                   select id, result, model from jobs
                    where jobs.cache_key = s.cache_key and jobs.id >= @CacheFloor and finished_at > now() - @AgeMaxSeconds * interval '1 second'
                    order by finished_at desc limit 1) as known on true
            on conflict (id) do nothing
            returning id, client_id, queue, state, deadline, budget_tokens)
        """;

    private const string Answered = "union all select 0, id, queue, null from accepted where state = 'succeeded'";

    public const string QueuedOrAnswered = $"""
        with {AcceptOrAnswer},
        {Dispatch}
        {Answered}
        """;

    public const string QueuedAndReservedOrAnswered = $"""
        with {AcceptOrAnswer},
        {BudgetStore.Reserve},
        {Dispatch}
        {Answered}
        """;

    /// <summary>Of <see cref="Queued"/>.</summary>
    /// <param name="vault">What inputs go through.</param>
    /// <param name="jobs">What to insert.</param>
    /// <param name="owners">The client of each.</param>
    /// <param name="messages">The message that each travels in, by a number.</param>
    /// <param name="direct">Whether the caller sends it itself.</param>
    /// <param name="tokens">What each takes of its client's budgets; null where that has none.</param>
    /// <param name="traces">Where the trace of each goes on; null while nobody listens.</param>
    public static DynamicParameters Parameters(
        Vault vault, IReadOnlyList<NewJob> jobs, IReadOnlyList<Guid> owners, int[] messages, bool[] direct, int?[] tokens, string?[]? traces) => new(new
        {
            Ids = jobs.Select(job => job.Id).ToArray(),
            ClientIds = owners.ToArray(),
            Kinds = jobs.Select(job => job.Kind).ToArray(),
            Queues = jobs.Select(job => job.Queue).ToArray(),
            Messages = messages,
            Costs = jobs.Select(job => JobCost.Estimate(job.InputJson)).ToArray(),
            Direct = direct,
            Tokens = tokens,
            Traces = traces ?? new string?[jobs.Count], // Dapper has Npgsql look for the type of a null parameter each time, in vain.
            Deadlines = jobs.Select(job => job.Deadline?.UtcDateTime).ToArray(),
            Inputs = jobs.Select(job => vault.Seal(EncryptedColumn.Input, job.Id, job.InputJson)).ToArray(),
            ExpiresAt = jobs.Select(job => job.ExpiresAt?.UtcDateTime).ToArray(),
            Subscribers = jobs.Select(job => job.Subscriber).ToArray(),
            CallbackUrls = jobs.Select(job => job.CallbackUrl).ToArray(),
            AnswerForms = jobs.Select(job => AnswerForms.Seal(vault, job.Id, job.AnswerForm)).ToArray(),
            UserIds = jobs.Select(job => job.UserId).ToArray(),
            Origins = jobs.Select(job => job.ResubmittedFrom).ToArray(),
        });
}

/// <summary>Jobs that the pipeline gives itself: summaries of reports, questions that a model has to answer to show that it works.</summary>
public static class SystemJobs
{
    /// <summary>Accepts jobs within the caller's transaction. They are few, so each travels alone, and no queue is too full for them.</summary>
    public static Task AddAsync(NpgsqlConnection connection, Vault vault, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        AddAsync(connection, vault, Client.SystemId, jobs, cancellationToken);

    /// <summary>The same, for a client: for a tool that works on the database, beside the API's own intake.</summary>
    public static Task AddAsync(NpgsqlConnection connection, Vault vault, Guid clientId, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            JobInsert.Queued,
            // This process may be one that sends nothing.
            JobInsert.Parameters(vault, jobs, [.. jobs.Select(_ => clientId)], [.. Enumerable.Range(0, jobs.Count)], new bool[jobs.Count], new int?[jobs.Count], traces: null),
            cancellationToken);
}
