namespace Pipeline.Core.Jobs;

internal static class IntakeSql
{
    // A key taken by a transaction still in flight makes this wait for that one's end, so the answer is final.
    public const string InsertKey = """
        insert into idempotency_keys (client_id, key, request_hash, job_ids)
        values (@ClientId, @Key, @RequestHash, @JobIds)
        on conflict do nothing
        """;

    public const string SelectKey = """
        select request_hash as RequestHash, job_ids as JobIds
          from idempotency_keys where client_id = @ClientId and key = @Key
        """;

    public const string DeleteKey = "delete from idempotency_keys where client_id = @ClientId and key = @Key";

    // A retried group may have been committed before its connection broke: the ids tell, and the outbox follows the rows
    // that were really inserted.
    public const string InsertJobs = """
        with accepted as (
            insert into jobs (id, client_id, kind, lane, input, expires_at, callback_url)
            select * from unnest(@Ids::uuid[], @ClientIds::uuid[], @Kinds::text[], @Lanes::text[], @Inputs::json[], @ExpiresAt::timestamptz[],
                                 @CallbackUrls::text[])
            on conflict (id) do nothing
            returning id, lane)
        insert into outbox (job_id, lane) select id, lane from accepted
        """;
}
