using Npgsql;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Upkeep;

/// <summary>Deletes what is old, one group a transaction. Fewer than asked for means that nothing old is left.</summary>
public sealed class RetentionStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    // What is left of days that are over and could not be dropped whole. Oldest first, along the index on finished_at. A row
    // that somebody holds, because its job is being retried, is left alone.
    private const string DeleteJobs = """
        with old as (
            select id from jobs
             where id < @Floor and finished_at < now() - @AgeSeconds * interval '1 second'
               and state in ('succeeded', 'failed', 'canceled', 'expired')
             order by finished_at limit @Limit for update skip locked),
        steps_gone as (delete from job_steps where job_id in (select id from old)),
        attempts_gone as (delete from job_attempts where job_id in (select id from old)),
        sources_gone as (delete from job_sources where job_id in (select id from old)),
        turns_kept as (
            update conversation_messages set result = jobs.result from jobs
             where jobs.id in (select id from old) and conversation_messages.job_id = jobs.id and jobs.state = 'succeeded')
        delete from jobs where id in (select id from old)
        """;

    // A batch goes after the last of its jobs.
    private const string DeleteBatches = """
        with old as (
            select id from batches
             where created_at < now() - @AgeSeconds * interval '1 second' and not exists (select from jobs where batch_id = batches.id)
             order by created_at limit @Limit for update skip locked)
        delete from batches where id in (select id from old)
        """;

    private const string DeleteFileBatches = """
        with old as (
            select id from file_batches
             where created_at < now() - @AgeSeconds * interval '1 second' and state in ('failed', 'completed', 'expired', 'cancelled')
             order by created_at limit @Limit for update skip locked)
        delete from file_batches where id in (select id from old)
        """;

    private const string DeleteResponses = """
        with old as (
            select id from responses where created_at < now() - @AgeSeconds * interval '1 second' order by created_at limit @Limit for update skip locked)
        delete from responses where id in (select id from old)
        """;

    private const string DeleteFiles = """
        with old as (
            delete from files where id in (select id from files where expires_at < now() order by expires_at limit @Limit for update skip locked)
            returning id),
        pieces as (delete from file_chunks using old where file_id = old.id)
        select count(*)::int from old
        """;

    // Of uploads that broke off. Their ids tell the time.
    private const string DeleteFileChunks = """
        with old as (
            select file_id, number from file_chunks where file_id < @Floor and not exists (select from files where files.id = file_id) limit @Limit)
        delete from file_chunks using old where file_chunks.file_id = old.file_id and file_chunks.number = old.number
        """;

    private const string DeleteWebhookDeliveries = """
        with old as (
            select id from webhook_deliveries where finished_at < now() - @AgeSeconds * interval '1 second'
             order by finished_at limit @Limit for update skip locked)
        delete from webhook_deliveries where id in (select id from old)
        """;

    private const string DeleteReports = """
        with old as (
            select id from activity_reports where created_at < now() - @AgeSeconds * interval '1 second'
             order by created_at limit @Limit for update skip locked)
        delete from activity_reports where id in (select id from old)
        """;

    private const string DeleteBudgets = """
        with old as (
            select client_id, period, starts from budgets where starts < now() - @AgeSeconds * interval '1 second'
             order by starts limit @Limit for update skip locked)
        delete from budgets using old where budgets.client_id = old.client_id and budgets.period = old.period and budgets.starts = old.starts
        """;

    private const string DeleteIdempotencyKeys = """
        with old as (
            select client_id, key from idempotency_keys
             where created_at < now() - @AgeSeconds * interval '1 second'
             order by created_at limit @Limit for update skip locked)
        delete from idempotency_keys using old
         where idempotency_keys.client_id = old.client_id and idempotency_keys.key = old.key
        """;

    /// <summary>
    /// Deletes jobs that ended longer ago than <paramref name="age"/>, oldest first, and whose day of acceptance is over for as
    /// long; says how many. <see cref="JobPartitions"/> takes whole days first.
    /// </summary>
    public Task<int> DeleteJobsAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(DeleteJobs, age, limit, cancellationToken);

    /// <summary>Deletes batches older than <paramref name="age"/> that have no jobs left; says how many.</summary>
    public Task<int> DeleteBatchesAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(DeleteBatches, age, limit, cancellationToken);

    /// <summary>Deletes batches of files older than <paramref name="age"/> that have ended; says how many.</summary>
    public Task<int> DeleteFileBatchesAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(DeleteFileBatches, age, limit, cancellationToken);

    /// <summary>Deletes what clients could go on from that is older than <paramref name="age"/>; says how much.</summary>
    public Task<int> DeleteResponsesAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(DeleteResponses, age, limit, cancellationToken);

    /// <summary>Deletes files that have expired; says how many.</summary>
    public Task<int> DeleteFilesAsync(int limit, CancellationToken cancellationToken) =>
        dataSource.QuerySingleAsync<int>(DeleteFiles, new { Limit = limit }, cancellationToken);

    /// <summary>Deletes pieces older than <paramref name="age"/> that belong to no file; says how many.</summary>
    public Task<int> DeleteFileChunksAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(DeleteFileChunks, age, limit, cancellationToken);

    /// <summary>Deletes webhook deliveries that ended longer ago than <paramref name="age"/>, oldest first; says how many.</summary>
    public Task<int> DeleteWebhookDeliveriesAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(DeleteWebhookDeliveries, age, limit, cancellationToken);

    /// <summary>Deletes activity reports that were made longer ago than <paramref name="age"/>, oldest first; says how many.</summary>
    public Task<int> DeleteActivityReportsAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(DeleteReports, age, limit, cancellationToken);

    /// <summary>Deletes budgets of days and months that began longer than <paramref name="age"/> ago, oldest first; says how many.</summary>
    public Task<int> DeleteBudgetsAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(DeleteBudgets, age, limit, cancellationToken);

    /// <summary>Deletes idempotency keys older than <paramref name="age"/>, oldest first; says how many.</summary>
    public Task<int> DeleteIdempotencyKeysAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(DeleteIdempotencyKeys, age, limit, cancellationToken);

    // The day that the age reaches into will be dropped as a whole, tomorrow.
    private DateTimeOffset LastDay(TimeSpan age) => new((time.GetUtcNow() - age).UtcDateTime.Date, TimeSpan.Zero);

    private Task<int> DeleteAsync(string sql, TimeSpan age, int limit, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(sql, new { AgeSeconds = age.TotalSeconds, Floor = JobDays.Floor(LastDay(age)), Limit = limit }, cancellationToken);
}
