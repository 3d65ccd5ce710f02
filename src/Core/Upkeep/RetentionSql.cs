namespace Pipeline.Core.Upkeep;

internal static class RetentionSql
{
    // What is left of days that are over and could not be dropped whole. Oldest first, along the index on finished_at. A row
    // that somebody holds, because its job is being retried, is left alone.
    public const string DeleteJobs = """
        with old as (
            select id from jobs
             where id < @Floor and finished_at < now() - @AgeSeconds * interval '1 second'
               and state in ('succeeded', 'failed', 'canceled', 'expired')
             order by finished_at limit @Limit for update skip locked),
        steps_gone as (delete from job_steps where job_id in (select id from old)),
        turns_kept as (
            update conversation_messages set result = jobs.result from jobs
             where jobs.id in (select id from old) and conversation_messages.job_id = jobs.id and jobs.state = 'succeeded')
        delete from jobs where id in (select id from old)
        """;

    // A batch goes after the last of its jobs.
    public const string DeleteBatches = """
        with old as (
            select id from batches
             where created_at < now() - @AgeSeconds * interval '1 second' and not exists (select from jobs where batch_id = batches.id)
             order by created_at limit @Limit for update skip locked)
        delete from batches where id in (select id from old)
        """;

    public const string DeleteWebhookDeliveries = """
        with old as (
            select id from webhook_deliveries where finished_at < now() - @AgeSeconds * interval '1 second'
             order by finished_at limit @Limit for update skip locked)
        delete from webhook_deliveries where id in (select id from old)
        """;

    public const string DeleteReports = """
        with old as (
            select id from activity_reports where created_at < now() - @AgeSeconds * interval '1 second'
             order by created_at limit @Limit for update skip locked)
        delete from activity_reports where id in (select id from old)
        """;

    public const string DeleteIdempotencyKeys = """
        with old as (
            select client_id, key from idempotency_keys
             where created_at < now() - @AgeSeconds * interval '1 second'
             order by created_at limit @Limit for update skip locked)
        delete from idempotency_keys using old
         where idempotency_keys.client_id = old.client_id and idempotency_keys.key = old.key
        """;
}
