using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;
using Pipeline.Core.Telemetry;

namespace Pipeline.Core.Erasure;

/// <summary>
/// Deletes jobs with everything that was made of them: the one place that knows what this is. A new table whose rows come from a job is
/// named here (docs/adr/2026-11-30-erasure.md).
/// </summary>
public static class JobErasure
{
    // From here on nobody else retries them, or erases them too.
    private const string Lock = "select id from jobs where id = any(@Ids) and client_id = @ClientId order by id for update";

    // Those that wait or run end first, so that their client gets back what they had reserved of its budgets. Their workers stop when
    // they find that they do not own them any more.
    private const string Cancel = $"""
        with ended as (
            update jobs set {JobStore.ToCanceled} where id = any(@Ids) and client_id = @ClientId and state in ('queued', 'running') returning queue, kind)
        select queue, kind, count(*)::int from ended group by queue, kind
        """;

    // Later answers of the same conversation were asked with what was said before them. They stay; what they were asked goes, and what is
    // still being answered ends.
    private const string Unquote = """
        with recursive erased as (select unnest(@Ids::uuid[]) as id),
        chain as (
            select r.id from responses r join erased on r.previous_id = erased.id where r.client_id = @ClientId
            union
            select r.id from responses r join chain on r.previous_id = chain.id where r.client_id = @ClientId),
        quoting as (
            select later.job_id as id from erased
              join conversation_messages m on m.job_id = erased.id
              join conversation_messages later on later.conversation_id = m.conversation_id and later.position > m.position
            union
            select id from chain)
        update jobs set input = '{}', cache_key = null, state = case when state in ('queued', 'running') then 'canceled' else state end,
               due_at = null, worker_id = null, finished_at = coalesce(finished_at, now()), finished_xid = coalesce(finished_xid, pg_current_xact_id())
          from quoting where jobs.id = quoting.id and jobs.client_id = @ClientId and jobs.id <> all(@Ids)
        """;

    // In a statement of its own, so that the one after it sees the files of whoever ended the batch just now.
    private const string Touch = """
        update file_batches set erased = erased + gone.jobs
          from (select batch_id, count(*)::int as jobs from jobs where id = any(@Ids) and batch_id is not null group by batch_id) gone
         where file_batches.id = gone.batch_id and file_batches.client_id = @ClientId
        """;

    // The files of a batch have the lines of all its jobs; the others can be read as jobs. An idempotency key was written by the transaction
    // that accepted the job, so the time finds it.
    private const string Delete = """
        with gone as (delete from jobs where id = any(@Ids) and client_id = @ClientId returning id, client_id, batch_id, created_at),
        steps as (delete from job_steps using gone where job_steps.job_id = gone.id),
        attempts as (delete from job_attempts using gone where job_attempts.job_id = gone.id),
        deliveries as (delete from webhook_deliveries using gone where webhook_deliveries.job_id = gone.id),
        sources as (delete from job_sources using gone where job_sources.job_id = gone.id),
        answers as (delete from responses using gone where responses.id = gone.id and responses.client_id = gone.client_id),
        said as (update conversation_messages m set content = null, result = null from gone where m.job_id = gone.id),
        keys as (
            delete from idempotency_keys k using gone
             where k.client_id = gone.client_id and k.created_at = gone.created_at and gone.id = any(k.job_ids)),
        lines as (
            select client_id, array[input_file_id, output_file_id, error_file_id] as files from file_batches
             where id in (select batch_id from gone where batch_id is not null)),
        files_gone as (delete from files f using lines where f.client_id = lines.client_id and f.id = any(lines.files) returning f.id),
        pieces as (delete from file_chunks using files_gone where file_chunks.file_id = files_gone.id)
        select count(*)::int from gone
        """;

    /// <summary>Deletes those of the jobs that are the client's, in whatever state they are; says how many.</summary>
    public static async Task<int> EraseAsync(NpgsqlDataSource dataSource, Guid clientId, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var erased = await EraseAsync(connection, clientId, ids, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return erased;
    }

    /// <summary>The same beside other changes.</summary>
    /// <param name="connection">With a transaction.</param>
    public static async Task<int> EraseAsync(NpgsqlConnection connection, Guid clientId, Guid[] ids, CancellationToken cancellationToken)
    {
        var found = await connection.QueryAsync<Guid>(Lock, new { ClientId = clientId, Ids = ids }, cancellationToken);
        if (found.Count is 0)
        {
            return 0;
        }

        var jobs = new { ClientId = clientId, Ids = found.ToArray() };
        var ended = await connection.QueryAsync<(string Queue, string Kind, int Jobs)>(Cancel, jobs, cancellationToken);
        JobMeter.Ended(ended, JobState.Canceled, errorCode: null);
        await connection.ExecuteAsync(Unquote, jobs, cancellationToken);
        await connection.ExecuteAsync(Touch, jobs, cancellationToken);
        return await connection.QuerySingleAsync<int>(Delete, jobs, cancellationToken);
    }
}
