using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Batches;
using Pipeline.Core.Encryption;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Webhooks;

/// <summary>Takes deliveries that are due out of Postgres, and writes down what became of them.</summary>
internal sealed class DeliveryQueue(NpgsqlDataSource dataSource, Vault vault, IOptions<WebhookOptions> options)
{
    // A URL's server and port. A delivery that has none fails when it is sent.
    private const string Host = "coalesce(lower(substring(url from '^[A-Za-z]+://([^/?#]+)')), url)";

    // Client by client, so that the deliveries of one are neither in the way nor in sight of another's: each has its place in the round,
    // those with the fewest under way first. Locks are gone with this statement: while receivers are waited for, no transaction is
    // open. Until due_at the row is this process's; if it dies, another one tries again.
    private const string Take = $"""
        with recursive waiting (client_id) as (
            (select client_id from webhook_deliveries where state = 'pending' order by client_id limit 1)
            union all
            select (select d.client_id from webhook_deliveries d where d.state = 'pending' and d.client_id > w.client_id order by d.client_id limit 1)
              from waiting w where w.client_id is not null),
        candidates as (
            select d.id, d.due_at, coalesce(r.deliveries, 0) + row_number() over (partition by w.client_id order by d.due_at) as turn
              from waiting w
              left join unnest(@Clients::uuid[], @Deliveries::int[]) as r (client_id, deliveries) on r.client_id = w.client_id
              cross join lateral (
                select h.id, h.due_at
                  from (select id, client_id, url, due_at from webhook_deliveries
                         where client_id = w.client_id and state = 'pending' and due_at <= now() order by due_at limit @LookMax) h
                 where h.url <> all(@BusyUrls) and {Host} <> all(@BusyHosts)
                   and not exists (select from webhook_endpoints e where e.client_id = h.client_id and e.url = h.url and e.paused_until > now())
                 order by h.due_at limit greatest(0, @PerClientMax::int - coalesce(r.deliveries, 0))) d
             where w.client_id is not null),
        due as (
            select id from webhook_deliveries
             where id in (select id from candidates order by turn, due_at limit @Limit) and state = 'pending' and due_at <= now()
               for update skip locked)
        update webhook_deliveries d set attempts = attempts + 1, attempted_at = now(), due_at = now() + @LeaseSeconds * interval '1 second'
          from due where d.id = due.id
        returning d.id, d.client_id as ClientId, d.job_id as JobId, (select cached_from from jobs where jobs.id = d.job_id) as CachedFrom, d.url, {Host} as Host, d.payload, d.attempts as Attempt, d.failures::int,
                  (select trace from jobs where jobs.id = d.job_id) as Trace,
                  exists (select from webhook_endpoints e
                           where e.client_id = d.client_id and e.url = d.url and e.disabled_at is not null) as IsDisabled,
                  (select array_agg(secret order by expires_at desc nulls first, id) from webhook_secrets s
                    where s.client_id = d.client_id and (expires_at is null or expires_at > now())) as Secrets,
                  (select array_agg(id order by expires_at desc nulls first, id) from webhook_secrets s
                    where s.client_id = d.client_id and (expires_at is null or expires_at > now())) as SecretIds
        """;

    // A replay or another attempt that began meanwhile has the word.
    private const string Settle = """
        update webhook_deliveries
           set state = @State, failures = @Failures, status = @Status, error = @Error, response = @Response,
               due_at = case when @State = 'pending' then now() + @DelaySeconds * interval '1 second' else due_at end,
               finished_at = case when @State <> 'pending' then now() end
         where id = @Id and attempts = @Attempt and state = 'pending'
        """;

    private const string PauseUrl = """
        insert into webhook_endpoints (client_id, url, paused_until) values (@ClientId, @Url, now() + @PauseSeconds * interval '1 second')
        on conflict (client_id, url) do update set paused_until = excluded.paused_until
        """;

    private const string DisableUrl = """
        insert into webhook_endpoints (client_id, url, disabled_at) values (@ClientId, @Url, now())
        on conflict (client_id, url) do update set disabled_at = coalesce(webhook_endpoints.disabled_at, excluded.disabled_at)
        """;

    // Batches whose last job is final. The counts are those of this moment: no job of it can change without a retry by hand.
    private const string CallBatches = $"""
        with finished as (
            select id from batches
             where callback_url is not null and called_at is null
               and {OpenJobs.None}
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

    private const int BatchesMax = 100;

    // Of a client's due deliveries, where those at their head go to a receiver that is busy.
    private const int LookMax = 5_000;

    // How long others are kept away from an overloaded URL, if it does not say.
    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseMax = TimeSpan.FromHours(1);

    // For what an attempt does beside waiting for the receiver.
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(15);

    private readonly WebhookOptions _options = options.Value;

    /// <summary>Writes the deliveries of batches that are finished; says of how many.</summary>
    public Task<int> CallBatchesAsync(CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(CallBatches, new { Limit = BatchesMax }, cancellationToken);

    /// <summary>Nobody else makes an attempt at these before the receiver's time is over.</summary>
    /// <param name="limit">How many.</param>
    /// <param name="running">Those that this process makes already.</param>
    public async Task<IReadOnlyList<DueDelivery>> TakeAsync(int limit, IReadOnlyCollection<DueDelivery> running, CancellationToken cancellationToken)
    {
        var clients = running.CountBy(delivery => delivery.ClientId).ToArray();
        var lease = _options.Timeout + LeaseMargin;
        return await dataSource.QueryAsync<DueDelivery>(
            Take,
            new
            {
                Limit = limit,
                LookMax,
                PerClientMax = _options.ConcurrencyPerClientMax,
                Clients = clients.Select(client => client.Key).ToArray(),
                Deliveries = clients.Select(client => client.Value).ToArray(),
                BusyUrls = Busy(running, delivery => delivery.Url, _options.ConcurrencyPerUrlMax),
                BusyHosts = Busy(running, delivery => delivery.Host, _options.ConcurrencyPerHostMax),
                LeaseSeconds = lease.TotalSeconds,
            },
            cancellationToken).OpenedAsync(vault);
    }

    private static string[] Busy(IReadOnlyCollection<DueDelivery> running, Func<DueDelivery, string> place, int max) =>
        [.. running.CountBy(place).Where(count => count.Value >= max).Select(count => count.Key)];

    public async Task SettleAsync(DueDelivery delivery, DeliveryAttempt attempt, CancellationToken cancellationToken)
    {
        // The URL first: if the process dies in between, it is asked again and says the same.
        if (attempt.Verdict is DeliveryVerdict.Gone)
        {
            await dataSource.ExecuteAsync(DisableUrl, new { delivery.ClientId, delivery.Url }, cancellationToken);
        }
        else if (attempt.Verdict is DeliveryVerdict.Overloaded)
        {
            var pause = attempt.RetryAfter is { } wish && wish > PauseMin ? wish < PauseMax ? wish : PauseMax : PauseMin;
            await dataSource.ExecuteAsync(PauseUrl, new { delivery.ClientId, delivery.Url, PauseSeconds = pause.TotalSeconds }, cancellationToken);
        }

        var failures = delivery.Failures + (attempt.Verdict is DeliveryVerdict.Delivered ? 0 : 1);
        var state = State(attempt.Verdict, failures);
        await dataSource.ExecuteAsync(
            Settle,
            new
            {
                delivery.Id,
                delivery.Attempt,
                State = state,
                Failures = failures,
                attempt.Status,
                attempt.Error,
                Response = vault.Seal(EncryptedColumn.Reply, delivery.Id, attempt.Response),
                DelaySeconds = state == DeliveryState.Pending
                    ? RetrySchedule.Delay(failures, attempt.RetryAfter, Random.Shared.NextDouble()).TotalSeconds
                    : 0,
            },
            cancellationToken);
    }

    private string State(DeliveryVerdict verdict, int failures) => verdict switch
    {
        DeliveryVerdict.Delivered => DeliveryState.Delivered,
        DeliveryVerdict.Gone => DeliveryState.Disabled,
        DeliveryVerdict.Refused => DeliveryState.Failed,
        _ => failures < _options.AttemptsMax ? DeliveryState.Pending : DeliveryState.Failed,
    };
}
