using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Usage;

/// <summary>Owns <c>usage_entries</c>, <c>usage</c> and <c>kind_costs</c>: what jobs took. Workers write entries with their results.</summary>
public sealed class UsageStore(NpgsqlDataSource dataSource, ReadDatabase reads, IOptions<PriceOptions> prices)
{
    private const string Settle = """
        with taken as (
            delete from usage_entries where id in (select id from usage_entries order by id limit @Limit for update skip locked) returning *),
        settled as (
            insert into usage (day, client_id, kind, model, jobs, prompt_tokens, cached_tokens, completion_tokens, worker_seconds)
            select (created_at at time zone 'UTC')::date, client_id, kind, model,
                   sum(jobs), sum(prompt_tokens), sum(cached_tokens), sum(completion_tokens), sum(worker_seconds)
              from taken group by 1, 2, 3, 4
            on conflict (client_id, day, kind, model) do update set
                   jobs = usage.jobs + excluded.jobs, prompt_tokens = usage.prompt_tokens + excluded.prompt_tokens,
                   cached_tokens = usage.cached_tokens + excluded.cached_tokens,
                   completion_tokens = usage.completion_tokens + excluded.completion_tokens,
                   worker_seconds = usage.worker_seconds + excluded.worker_seconds),
        measured as (
            insert into kind_costs as k (kind, jobs, estimated, prompt_tokens, cached_tokens, completion_tokens, worker_seconds)
            select kind, kept * jobs, kept * estimated, kept * prompt_tokens, kept * cached_tokens, kept * completion_tokens, kept * worker_seconds
              from (select kind, sum(jobs) as jobs, sum(estimated) as estimated, sum(prompt_tokens) as prompt_tokens, sum(cached_tokens) as cached_tokens,
                           sum(completion_tokens) as completion_tokens, sum(worker_seconds) as worker_seconds, least(1, @MeasuredJobs::float8 / sum(jobs)) as kept
                      from taken where jobs > 0 group by kind order by kind) as fresh
            on conflict (kind) do update set (jobs, estimated, prompt_tokens, cached_tokens, completion_tokens, worker_seconds) = (
                select f * (k.jobs + excluded.jobs), f * (k.estimated + excluded.estimated), f * (k.prompt_tokens + excluded.prompt_tokens),
                       f * (k.cached_tokens + excluded.cached_tokens), f * (k.completion_tokens + excluded.completion_tokens),
                       f * (k.worker_seconds + excluded.worker_seconds)
                  from (select least(1, @MeasuredJobs::float8 / (k.jobs + excluded.jobs)) as f) as forgotten))
        select queue, client_id as ClientId, sum(jobs)::int as Jobs,
               sum(prompt_tokens - cached_tokens + completion_tokens)::float8 as Tokens, sum(estimated) as Estimated
          from taken group by queue, client_id
        """;

    private const string Read = """
        select case when @ByKey then coalesce(c.name, 'system') end as Key, case when @ByKind then u.kind end as Kind,
               case when @ByModel then u.model end as Model, case when @ByDay then u.day end as Day,
               sum(u.jobs)::bigint as Jobs, sum(u.prompt_tokens)::bigint as PromptTokens, sum(u.cached_tokens)::bigint as CachedTokens,
               sum(u.completion_tokens)::bigint as CompletionTokens, sum(u.worker_seconds) as WorkerSeconds,
               round(sum((u.prompt_tokens - u.cached_tokens) * p.prompt + u.cached_tokens * p.cached + u.completion_tokens * p.completion) / 1000000, 6) as Cost
          from usage u left join clients c on c.id = u.client_id
          left join unnest(@PricedModels::text[], @PromptPrices::numeric[], @CachedPrices::numeric[], @CompletionPrices::numeric[])
                 as p (model, prompt, cached, completion) on p.model = lower(u.model)
         where u.day >= @First::date and u.day <= @Last::date and (@ClientId::uuid is null or u.client_id = @ClientId)
         group by 1, 2, 3, 4 order by 1, 2, 3, 4 limit @Limit
        """;

    private const string Costs = """
        select kind, prompt_tokens / estimated as Prompt, (prompt_tokens - cached_tokens) / estimated as Computed, completion_tokens / jobs as Completion,
               worker_seconds / jobs as Seconds
          from kind_costs where jobs >= @JobsMin and estimated > 0
        """;

    private const int SettleMax = 10_000;

    // Costs are those of about so many jobs of a kind: the others are forgotten little by little.
    private const int MeasuredJobs = 1_000;

    // Fewer may have been exceptions.
    private const int MeasuredJobsMin = 20;

    /// <summary>Most rows of one answer.</summary>
    private const int RowsMax = 10_000;

    private Dictionary<string, ModelPrice> Prices => prices.Value.Models;

    /// <summary>Of one client, by day, kind and model.</summary>
    public Task<IReadOnlyList<UsageRow>> OfClientAsync(Guid clientId, DateOnly first, DateOnly last, CancellationToken cancellationToken) =>
        ReadAsync(clientId, [UsageDimension.Kind, UsageDimension.Model, UsageDimension.Day], first, last, cancellationToken);

    /// <summary>Of all clients, by one of <see cref="UsageDimension.All"/>.</summary>
    public Task<IReadOnlyList<UsageRow>> OfAllAsync(string by, DateOnly first, DateOnly last, CancellationToken cancellationToken) =>
        ReadAsync(null, [by], first, last, cancellationToken);

    private Task<IReadOnlyList<UsageRow>> ReadAsync(Guid? clientId, string[] by, DateOnly first, DateOnly last, CancellationToken cancellationToken) =>
        reads.QueryAsync<UsageRow>(
            Read,
            new
            {
                ClientId = clientId,
                First = first.ToDateTime(TimeOnly.MinValue),
                Last = last.ToDateTime(TimeOnly.MinValue),
                ByKey = by.Contains(UsageDimension.Key),
                ByKind = by.Contains(UsageDimension.Kind),
                ByModel = by.Contains(UsageDimension.Model),
                ByDay = by.Contains(UsageDimension.Day),
                Limit = RowsMax,
                PricedModels = Prices.Keys.Select(model => model.ToLowerInvariant()).ToArray(),
                PromptPrices = Prices.Values.Select(price => price.PromptPerMillion).ToArray(),
                CachedPrices = Prices.Values.Select(price => price.CachedPerMillion ?? price.PromptPerMillion).ToArray(),
                CompletionPrices = Prices.Values.Select(price => price.CompletionPerMillion).ToArray(),
            },
            cancellationToken);

    /// <summary>Adds what workers wrote since the last time to the sums; returns it by queue and client.</summary>
    internal Task<IReadOnlyList<SettledUsage>> SettleAsync(CancellationToken cancellationToken) =>
        dataSource.QueryAsync<SettledUsage>(Settle, new { Limit = SettleMax, MeasuredJobs }, cancellationToken);

    /// <summary>What jobs of each kind take, as far as enough of them were measured.</summary>
    internal async Task<IReadOnlyDictionary<string, KindCost>> CostsAsync(CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<(string Kind, double Prompt, double Computed, double Completion, double Seconds)>(Costs, new { JobsMin = MeasuredJobsMin }, cancellationToken))
            .ToDictionary(row => row.Kind, row => KindCost.Measured(row.Prompt, row.Computed, row.Completion, row.Seconds));
}

/// <summary>What usage is summed up by.</summary>
public static class UsageDimension
{
    public const string Key = "key";
    public const string Kind = "kind";
    public const string Model = "model";
    public const string Day = "day";

    public static IReadOnlyList<string> All { get; } = [Key, Kind, Model, Day];
}

/// <summary>A sum. Of its dimensions those that it was not summed up by are null.</summary>
public sealed record UsageRow
{
    public string? Key { get; init; }

    public string? Kind { get; init; }

    public string? Model { get; init; }

    public DateTime? Day { get; init; }

    public required long Jobs { get; init; }

    public required long PromptTokens { get; init; }

    public required long CachedTokens { get; init; }

    public required long CompletionTokens { get; init; }

    public required double WorkerSeconds { get; init; }

    /// <summary>In <see cref="PriceOptions.Currency"/>; null where no model of it has a price.</summary>
    public decimal? Cost { get; init; }
}

/// <summary>What jobs of a client and queue took, beside what they had been charged.</summary>
internal sealed record SettledUsage
{
    public required string Queue { get; init; }

    public required Guid ClientId { get; init; }

    public required int Jobs { get; init; }

    /// <summary>Computed, so without those that were cached.</summary>
    public required double Tokens { get; init; }

    public required double Estimated { get; init; }
}

/// <summary>What one attempt took.</summary>
internal sealed record AttemptUsage
{
    public required Guid ClientId { get; init; }

    public required string Queue { get; init; }

    public required string Kind { get; init; }

    public required string Model { get; init; }

    public required TokenUsage Tokens { get; init; }

    public required double WorkerSeconds { get; init; }

    /// <summary>What it was charged when it was dispatched, in tokens.</summary>
    public required double Estimated { get; init; }
}
