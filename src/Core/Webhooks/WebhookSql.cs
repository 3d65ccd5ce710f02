namespace Pipeline.Core.Webhooks;

internal static class WebhookSql
{
    private const string Summary = """
        id, job_id as JobId, batch_id as BatchId, url, type, state, attempts, created_at as CreatedAt, attempted_at as AttemptedAt,
        case when state = 'pending' then due_at end as DueAt, finished_at as FinishedAt, status::int, error, response
        """;

    public const string List = $"""
        select {Summary} from webhook_deliveries
         where client_id = @ClientId
           and (@Before::uuid is null or id < @Before)
           and (@JobId::uuid is null or job_id = @JobId)
           and (@BatchId::uuid is null or batch_id = @BatchId)
           and (@State::text is null or state = @State)
         order by id desc limit @Limit
        """;

    public const string Find = $"select {Summary}, payload from webhook_deliveries where client_id = @ClientId and id = @Id";

    // From the beginning of the schedule, to a URL that is given another chance.
    public const string Replay = $"""
        with replayed as (
            update webhook_deliveries set state = 'pending', failures = 0, due_at = now(), finished_at = null, error = null
             where client_id = @ClientId and id = @Id returning *),
        enabled as (
            delete from webhook_endpoints using replayed
             where webhook_endpoints.client_id = replayed.client_id and webhook_endpoints.url = replayed.url)
        select {Summary}, payload from replayed
        """;

    // Locks are gone with this statement: while receivers are waited for, no transaction is open. Until due_at the row is
    // this process's; if it dies, another one tries again.
    public const string Take = """
        with due as (
            select id from webhook_deliveries d
             where state = 'pending' and due_at <= now() and url <> all(@BusyUrls)
               and not exists (select from webhook_endpoints e where e.client_id = d.client_id and e.url = d.url and e.paused_until > now())
             order by due_at limit @Limit for update of d skip locked)
        update webhook_deliveries d set attempts = attempts + 1, attempted_at = now(), due_at = now() + @LeaseSeconds * interval '1 second'
          from due where d.id = due.id
        returning d.id, d.client_id as ClientId, d.url, d.payload, d.attempts as Attempt, d.failures::int,
                  exists (select from webhook_endpoints e
                           where e.client_id = d.client_id and e.url = d.url and e.disabled_at is not null) as IsDisabled,
                  (select array_agg(secret order by expires_at desc nulls first) from webhook_secrets s
                    where s.client_id = d.client_id and (expires_at is null or expires_at > now())) as Secrets
        """;

    // A replay or another attempt that began meanwhile has the word.
    public const string Settle = """
        update webhook_deliveries
           set state = @State, failures = @Failures, status = @Status, error = @Error, response = @Response,
               due_at = case when @State = 'pending' then now() + @DelaySeconds * interval '1 second' else due_at end,
               finished_at = case when @State <> 'pending' then now() end
         where id = @Id and attempts = @Attempt and state = 'pending'
        """;

    public const string PauseUrl = """
        insert into webhook_endpoints (client_id, url, paused_until) values (@ClientId, @Url, now() + @PauseSeconds * interval '1 second')
        on conflict (client_id, url) do update set paused_until = excluded.paused_until
        """;

    public const string DisableUrl = """
        insert into webhook_endpoints (client_id, url, disabled_at) values (@ClientId, @Url, now())
        on conflict (client_id, url) do update set disabled_at = coalesce(webhook_endpoints.disabled_at, excluded.disabled_at)
        """;

    // Batches whose last job is final. The counts are those of this moment: no job of it can change without a retry by hand.
    public const string CallBatches = """
        with finished as (
            select id from batches
             where callback_url is not null and called_at is null
               and not exists (select from jobs where batch_id = batches.id and jobs.state in ('queued', 'running'))
             limit @Limit for update skip locked),
        called as (
            update batches set called_at = now() where id in (select id from finished) returning *),
        counted as (
            select called.*, (
                select json_build_object(
                    'succeeded', count(*) filter (where state = 'succeeded'), 'failed', count(*) filter (where state = 'failed'),
                    'canceled', count(*) filter (where state = 'canceled'), 'expired', count(*) filter (where state = 'expired'))
                  from jobs where batch_id = called.id) as counts
              from called)
        insert into webhook_deliveries (client_id, batch_id, url, type, payload)
        select client_id, id, callback_url, 'batch.finished', json_build_object(
                   'type', 'batch.finished', 'timestamp', to_char(called_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                   'data', json_strip_nulls(json_build_object(
                       'id', id, 'items', items, 'counts', counts, 'created_at', created_at, 'canceled_at', canceled_at,
                       'links', json_build_object('self', '/api/batches/' || id, 'results', '/api/batches/' || id || '/results'))))::text
          from counted
        """;

    public const string Endpoint = """
        select exists (select from webhook_secrets where client_id = @ClientId and expires_at is null) as HasSecret,
               (select disabled_at from webhook_endpoints where client_id = @ClientId and url = @Url) as DisabledAt
        """;

    private const string SecretColumns = "id, created_at as CreatedAt, expires_at as ExpiresAt";

    // Two sign at most: the new one, and the one before it for the time of the overlap.
    public const string AddSecret = $"""
        with ended as (
            delete from webhook_secrets where client_id = @ClientId and expires_at is not null),
        replaced as (
            update webhook_secrets set expires_at = now() + @OverlapSeconds * interval '1 second'
             where client_id = @ClientId and expires_at is null)
        insert into webhook_secrets (client_id, secret) values (@ClientId, @Secret) returning {SecretColumns}
        """;

    public const string LockClient = "select id from clients where id = @ClientId for update";

    public const string ListSecrets = $"""
        select {SecretColumns} from webhook_secrets
         where client_id = @ClientId and (expires_at is null or expires_at > now()) order by expires_at desc nulls first
        """;

    public const string DeleteSecret = "delete from webhook_secrets where client_id = @ClientId and id = @Id";
}
