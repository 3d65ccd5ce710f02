using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Telemetry;

/// <summary>Reads what only the database knows of the whole pipeline. Owns no table.</summary>
internal sealed class TelemetryStore(NpgsqlDataSource dataSource)
{
    private const string Tasks = """
        select id, extract(epoch from now() - coalesce(case when last_outcome = 'succeeded' then last_finished_at end, last_started_at, now()))::float8 as AgeSeconds,
               coalesce(last_outcome in ('failed', 'timed_out', 'interrupted'), false) as IsFailed,
               coalesce(extract(epoch from now() - next_run_at), 0)::float8 as LateSeconds
          from schedules where paused_at is null
        """;

    private const string Webhooks = """
        select count(*)::int as Pending, coalesce(max(extract(epoch from now() - due_at)), 0)::float8 as LateSeconds
          from webhook_deliveries where state = 'pending' and due_at <= now()
        """;

    // The fullest budget of all clients, and that of each.
    private const string Budgets = """
        select c.name as Client, b.period, ((b.used + b.reserved)::float8 / case b.period when 'day' then c.tokens_per_day else c.tokens_per_month end) as Used
          from budgets b join clients c on c.id = b.client_id
         where b.starts = case b.period when 'day' then (now() at time zone 'UTC')::date else date_trunc('month', now() at time zone 'UTC')::date end
           and case b.period when 'day' then c.tokens_per_day else c.tokens_per_month end is not null
        """;

    private const string Waiting = """
        select coalesce(c.name, 'system') as Client, 'waiting' as State, sum(d.jobs)::bigint as Jobs
          from dispatches d left join clients c on c.id = d.client_id where d.dispatched_at is null group by 1
        union all
        select coalesce(c.name, 'system'), 'in_flight', sum(d.jobs)::bigint
          from dispatches d left join clients c on c.id = d.client_id where d.dispatched_at is not null group by 1
        """;

    private const string Used = """
        select coalesce(c.name, 'system') as Client, sum(u.jobs)::bigint as Jobs, sum(u.prompt_tokens - u.cached_tokens)::bigint as Input,
               sum(u.cached_tokens)::bigint as Cached, sum(u.completion_tokens)::bigint as Output
          from usage u left join clients c on c.id = u.client_id where u.day = (now() at time zone 'UTC')::date group by 1
        """;

    public async Task<TelemetrySample> ReadAsync(bool clients, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return new()
        {
            Tasks = await connection.QueryAsync<TaskSample>(Tasks, null, cancellationToken),
            Webhooks = await connection.QuerySingleAsync<WebhookSample>(Webhooks, null, cancellationToken),
            Budgets = await connection.QueryAsync<BudgetSample>(Budgets, null, cancellationToken),
            Waiting = clients ? await connection.QueryAsync<ClientJobs>(Waiting, null, cancellationToken) : [],
            Used = clients ? await connection.QueryAsync<ClientUse>(Used, null, cancellationToken) : [],
        };
    }
}

/// <summary>One reading of <see cref="TelemetryStore"/>.</summary>
internal sealed record TelemetrySample
{
    public IReadOnlyList<TaskSample> Tasks { get; init; } = [];

    public WebhookSample Webhooks { get; init; } = new();

    public IReadOnlyList<BudgetSample> Budgets { get; init; } = [];

    /// <summary>Empty unless clients are told.</summary>
    public IReadOnlyList<ClientJobs> Waiting { get; init; } = [];

    /// <summary>Since midnight (UTC); empty unless clients are told.</summary>
    public IReadOnlyList<ClientUse> Used { get; init; } = [];
}

internal sealed record TaskSample
{
    public string Id { get; init; } = "";

    /// <summary>Since its last success; since its last start, or 0, before the first one.</summary>
    public double AgeSeconds { get; init; }

    public bool IsFailed { get; init; }

    /// <summary>By how much its next run is overdue; negative before it is.</summary>
    public double LateSeconds { get; init; }
}

internal sealed record WebhookSample
{
    public int Pending { get; init; }

    public double LateSeconds { get; init; }
}

internal sealed record BudgetSample
{
    public string Client { get; init; } = "";

    public string Period { get; init; } = "";

    public double Used { get; init; }
}

internal sealed record ClientJobs
{
    public string Client { get; init; } = "";

    public string State { get; init; } = "";

    public long Jobs { get; init; }
}

internal sealed record ClientUse
{
    public string Client { get; init; } = "";

    public long Jobs { get; init; }

    public long Input { get; init; }

    public long Cached { get; init; }

    public long Output { get; init; }
}
