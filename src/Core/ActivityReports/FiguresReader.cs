using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.Encryption;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.ActivityReports;

/// <summary>
/// Counts the jobs of a span of time, a page at a time, and rests in between: the database has the jobs to serve. No
/// transaction stays open, because results of batches wait for the oldest one.
/// </summary>
public sealed class FiguresReader(NpgsqlDataSource dataSource, Vault vault, IOptions<ActivityReportOptions> options, TimeProvider time)
{
    // One page of the jobs between two ids, which are moments: the planner looks into the days between them and no other. Each
    // result is read once, all counts come from one pass, and a page is so short that nobody waits for it. 8 / ln(2) and the
    // floor of 1 ms are those of LatencyScale. A job that was queued anew has started before it began to wait.
    internal const string Page = $"""
        with picked as ({Picked} where {InRange} order by id limit @Limit),
        {Counted}
        """;

    // In the order of the index of a client's jobs.
    internal const string PageOfClient = $"""
        with picked as (
            {Picked} where {InRange} and client_id = @ClientId and uuid_send(id) > uuid_send(@After) and uuid_send(id) < uuid_send(@To)
             order by uuid_send(id) limit @Limit),
        {Counted}
        """;

    // Where results may be encrypted: what the counts need is read out of them here, and counted by the same statement.
    private const string Rows = $"select {CountedColumns} from ({Picked} where {InRange} order by id limit @Limit) as picked";

    private const string RowsOfClient = $"""
        select {CountedColumns} from (
            {Picked} where {InRange} and client_id = @ClientId and uuid_send(id) > uuid_send(@After) and uuid_send(id) < uuid_send(@To)
             order by uuid_send(id) limit @Limit) as picked
        """;

    private const string CountedColumns = "id, kind, state, error_code as ErrorCode, cached_from as CachedFrom, result::text, queued, running";

    private const string PageOfRows = $"""
        with picked as (
            select * from unnest(@JobIds::uuid[], @Kinds::text[], @States::text[], @ErrorCodes::text[], @CachedFrom::uuid[], @Results::json[], @Queued::float8[], @Running::float8[])
                as picked (id, kind, state, error_code, cached_from, result, queued, running)),
        {Counted}
        """;

    private const string Picked = """
        select id, kind, state, error_code, cached_from, result,
               extract(epoch from started_at - queued_at)::float8 * 1000 as queued, extract(epoch from finished_at - started_at)::float8 * 1000 as running
          from jobs
        """;

    private const string InRange = "id > @After and id < @To and client_id <> @SystemId and (@Ids::uuid[] is null or id = any(@Ids))";

    private const string Counted = """
        page as materialized (
            select id, kind, state, error_code, cached_from is not null as is_cached, greatest(width_bucket(id, @Floors::uuid[]) - 1, 0) as period,
                   case when queued >= 0 then ceil(ln(greatest(queued, 1)) * 8 / ln(2::float8))::int end as queued,
                   case when running >= 0 then ceil(ln(greatest(running, 1)) * 8 / ln(2::float8))::int end as running,
                   r.emotion, case when r.choice_only is not true then r.confidence end as confidence,
                   coalesce(r.score, r.overall_score, (r.evaluation ->> 'score')::int) as score,
                   u.prompt_tokens, u.cached_tokens, u.completion_tokens
              from picked
              left join lateral json_to_record(case when state = 'succeeded' then result end)
                   as r (emotion text, confidence float8, choice_only boolean, score int, overall_score int, evaluation json, usage json) on true
              left join lateral json_to_record(r.usage) as u (prompt_tokens bigint, cached_tokens bigint, completion_tokens bigint) on true)
        select (select count(*)::int from page) as Rows,
               (select id from page order by id desc limit 1) as Last,
               (select json_agg(g) from (
                   select kind, state, period, count(*) as jobs, count(*) filter (where is_cached) as cached, coalesce(sum(prompt_tokens), 0) as prompt_tokens,
                          coalesce(sum(cached_tokens), 0) as cached_tokens, coalesce(sum(completion_tokens), 0) as completion_tokens
                     from page group by kind, state, period) g)::text as Work,
               (select json_agg(g) from (select kind, period, queued as step, count(*) as jobs from page where queued is not null group by 1, 2, 3) g)::text as Queued,
               (select json_agg(g) from (select kind, period, running as step, count(*) as jobs from page where running is not null group by 1, 2, 3) g)::text as Running,
               (select json_agg(g) from (select emotion, period, count(*) as jobs from page where emotion is not null group by 1, 2) g)::text as Emotions,
               (select json_agg(g) from (select kind, score, count(*) as jobs from page where score is not null group by 1, 2) g)::text as Scores,
               (select json_agg(g) from (select kind, coalesce(error_code, 'unknown') as code, count(*) as jobs from page where state = 'failed' group by 1, 2) g)::text as Failures,
               (select json_agg(g) from (
                   select id, emotion, confidence from (
                       select id, emotion, confidence, row_number() over (partition by emotion order by confidence desc, id) as place
                         from page where emotion is not null and confidence is not null) ranked
                    where place <= @TypicalMax) g)::text as Typical
        """;

    // Results are in memory while they are decrypted.
    private const int OpenedRowsMax = 1_000;

    /// <summary>Adds every job of the query to a sum; says how long the database worked for it.</summary>
    internal async Task<TimeSpan> AddAsync(FiguresSum sum, FiguresQuery query, CancellationToken cancellationToken)
    {
        var (after, worked) = (query.After, TimeSpan.Zero);
        var limit = vault.IsReading ? Math.Min(options.Value.PageRows, OpenedRowsMax) : options.Value.PageRows;
        while (true)
        {
            var started = time.GetTimestamp();
            var page = vault.IsReading
                ? await OpenedPageAsync(query, after, limit, cancellationToken)
                : await dataSource.QuerySingleAsync<FiguresPage>(query.ClientId is null ? Page : PageOfClient, Parameters(query, after, limit), cancellationToken);
            var elapsed = time.GetElapsedTime(started);
            worked += elapsed;
            sum.Add(page);
            if (page.Rows < limit)
            {
                return worked;
            }

            after = page.Last!.Value;
            await Task.Delay(elapsed * ((1 / options.Value.DatabaseShare) - 1), time, cancellationToken);
        }
    }

    private static DynamicParameters Parameters(FiguresQuery query, Guid after, int limit) => new(new
    {
        query.ClientId,
        Client.SystemId,
        After = after,
        query.To,
        query.Ids,
        Floors = query.Floors.ToArray(),
        Limit = limit,
        TypicalMax = query.ClientId is null ? 0 : FiguresSum.CandidatesMax,
    });

    private async Task<FiguresPage> OpenedPageAsync(FiguresQuery query, Guid after, int limit, CancellationToken cancellationToken)
    {
        var parameters = Parameters(query, after, limit);
        var rows = await dataSource.QueryAsync<CountedJob>(query.ClientId is null ? Rows : RowsOfClient, parameters, cancellationToken);
        parameters.AddDynamicParams(new
        {
            JobIds = rows.Select(row => row.Id).ToArray(),
            Kinds = rows.Select(row => row.Kind).ToArray(),
            States = rows.Select(row => row.State).ToArray(),
            ErrorCodes = rows.Select(row => row.ErrorCode).ToArray(),
            CachedFrom = rows.Select(row => row.CachedFrom).ToArray(),
            Results = rows.Select(row => row.Facts(vault)).ToArray(),
            Queued = rows.Select(row => row.Queued).ToArray(),
            Running = rows.Select(row => row.Running).ToArray(),
        });
        return await dataSource.QuerySingleAsync<FiguresPage>(PageOfRows, parameters, cancellationToken);
    }
}

/// <summary>Which jobs are counted, and in which periods.</summary>
internal sealed record FiguresQuery
{
    /// <summary>Null: of all clients.</summary>
    public required Guid? ClientId { get; init; }

    /// <summary>Only jobs with a greater id.</summary>
    public required Guid After { get; init; }

    /// <summary>Only jobs with a smaller id.</summary>
    public required Guid To { get; init; }

    /// <summary>Only these jobs; null: all.</summary>
    public Guid[]? Ids { get; init; }

    /// <summary>The least id of each period, in order.</summary>
    public required IReadOnlyList<Guid> Floors { get; init; }

    /// <summary>Jobs that were accepted in these periods.</summary>
    public static FiguresQuery Of(Guid? clientId, IReadOnlyList<DateTimeOffset> starts, DateTimeOffset end) => new()
    {
        ClientId = clientId,
        After = JobDays.Floor(starts[0]),
        To = JobDays.Floor(end),
        Floors = [.. starts.Select(JobDays.Floor)],
    };
}
