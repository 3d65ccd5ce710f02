using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.Encryption;
using Pipeline.Core.Erasure;
using Pipeline.Core.Intake;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.ActivityReports;

/// <summary>Owns <c>activity_reports</c>.</summary>
public sealed class ActivityReportStore(NpgsqlDataSource dataSource, Vault vault, IOptions<ActivityReportOptions> options)
{
    // Null where the text is not kept, or retention took it.
    private const string Texts = "select id, input::text as text from jobs where id = any(@Ids) and client_id = @ClientId";

    private const string Columns = """
        r.id, r.client_id as ClientId, r.scope, r.first_day as FirstDay, r.last_day as LastDay, r.conversations, r.time_zone as TimeZone, r.language,
        r.created_at as CreatedAt, r.figures is not null as IsMade, r.failed_at is not null as IsFailed, r.error,
        r.summary_job_id as SummaryJobId
        """;

    // Those of all clients hold nothing that one of them wrote, but tell how much all of them do.
    private const string Mine = "(r.client_id = @ClientId or (@SeesAll and r.client_id is null and r.scope = 'night'))";

    private const string Find = $"""
        select {Columns}, r.figures::text, coalesce(r.summary, j.result)::text as Summary, j.error as SummaryError,
               case when r.summary is not null then 'succeeded' when r.summary_job_id is not null then coalesce(j.state, 'expired') end as SummaryState
          from activity_reports r left join jobs j on j.id = r.summary_job_id
         where r.id = @Id and {Mine}
        """;

    private const string List = $"""
        select {Columns} from activity_reports r
         where {Mine} and (@Before::uuid is null or r.id < @Before) and (@Scope::text is null or r.scope = @Scope)
           and (@Day::date is null or @Day between r.first_day and r.last_day)
         order by r.id desc limit @Limit
        """;

    // Made, or given up.
    private const string EndedNight = "scope = 'night' and (figures is not null or failed_at is not null)";

    // The system's own rows are no clients. A client that is gone is reported on up to its last day.
    private const string Owners = $"""
        select c.id as ClientId, c.time_zone as TimeZone, c.language, c.created_at as Since, c.revoked_at as Until,
               (select max(first_day) from activity_reports where client_id = c.id and {EndedNight}) as LastNight
          from clients c where c.erased_at is null
        union all
        select null, null, null, (select min(created_at) from clients), null, (select max(first_day) from activity_reports where client_id is null and {EndedNight})
        """;

    private const string HasNight = $"select exists (select from activity_reports where client_id is not distinct from @ClientId and {EndedNight} and first_day = @Day)";

    private const string AddNight = """
        insert into activity_reports (id, client_id, scope, first_day, last_day, time_zone, language, figures, summary_job_id)
        values (@Id, @ClientId, 'night', @Day, @Day, @TimeZone, @Language, @Figures::json, @SummaryJobId)
        on conflict (client_id, first_day) where scope = 'night' do update set figures = excluded.figures, summary_job_id = excluded.summary_job_id, error = null
            where activity_reports.figures is null and activity_reports.failed_at is null
        """;

    private const string FailNight = """
        insert into activity_reports (id, client_id, scope, first_day, last_day, time_zone, language, attempts, error, failed_at)
        values (@Id, @ClientId, 'night', @Day, @Day, @TimeZone, @Language, 1, @Error, case when @AttemptsMax <= 1 then now() end)
        on conflict (client_id, first_day) where scope = 'night' do update set attempts = activity_reports.attempts + 1, error = excluded.error,
            failed_at = case when activity_reports.attempts + 1 >= @AttemptsMax then now() end
            where activity_reports.figures is null and activity_reports.failed_at is null
        returning failed_at is not null
        """;

    private const string FailAsked = """
        update activity_reports set attempts = attempts + 1, error = @Error, due_at = now() + @DelaySeconds * (attempts + 1) * interval '1 second',
               failed_at = case when attempts + 1 >= @AttemptsMax then now() end
         where id = @Id and figures is null
        """;

    private const string Nights = """
        select first_day as FirstDay, figures::text from activity_reports
         where client_id is not distinct from @ClientId and scope = 'night' and figures is not null and first_day between @From and @To
        """;

    private const string Asked = "figures is null and failed_at is null and scope <> 'night'";

    // One client cannot make others wait for ever.
    private const string Ask = $"""
        insert into activity_reports (id, client_id, scope, first_day, last_day, conversations, time_zone, language)
        select @Id, @ClientId, @Scope, @FirstDay::date, @LastDay::date, @Conversations::uuid[], @TimeZone, @Language
         where (select count(*) from activity_reports where client_id = @ClientId and {Asked}) < @WaitingMax
        """;

    private const string NextAsked = $"select {Columns} from activity_reports r where {Asked} and coalesce(due_at <= now(), true) and r.id > @After order by r.id limit 1";

    private const string Complete = """
        update activity_reports set figures = @Figures::json, summary_job_id = @SummaryJobId, error = null where id = @Id and figures is null
        """;

    private const string ConversationsOf = "select id from conversations where id = any(@Ids) and client_id = @ClientId";

    private const string JobsOfConversations = """
        select m.job_id from conversation_messages m join conversations c on c.id = m.conversation_id where c.id = any(@Ids) and c.client_id = @ClientId
        """;

    // Jobs go with retention, reports stay: what they answered moves to the report.
    private const string KeepSummaries = """
        update activity_reports set summary = j.result from jobs j
         where activity_reports.summary_job_id = j.id and j.id = any(@JobIds) and j.state = 'succeeded' and activity_reports.summary is null
        """;

    private const string OpenSummaries = """
        select summary_job_id from activity_reports
         where summary_job_id is not null and summary is null and created_at > now() - @AgeSeconds * interval '1 second' limit @Limit
        """;

    // The last night is made again, of the jobs that are there then.
    private const string Delete = "delete from activity_reports where id = @Id and client_id = @ClientId returning coalesce(summary_job_id, id)";

    // Looks that a report sits out after its first failure, and as many more after each.
    private const int RetryPolls = 5;

    // Summaries that one round keeps; the next one comes within the hour.
    private const int SummariesMax = 10_000;

    /// <summary>The report with its figures, if it exists and the client may see it.</summary>
    /// <param name="seesAll">Whether the client sees reports on all clients.</param>
    public async Task<ActivityReport?> FindAsync(Guid clientId, bool seesAll, Guid id, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<ActivityReport>(Find, new { ClientId = clientId, SeesAll = seesAll, Id = id }, cancellationToken)).Opened(vault).SingleOrDefault();

    /// <summary>Newest first, without figures: the client's own and, if it sees them, those of all clients.</summary>
    public Task<IReadOnlyList<ActivityReport>> ListAsync(Guid clientId, bool seesAll, ActivityReportFilter filter, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<ActivityReport>(List, new { ClientId = clientId, SeesAll = seesAll, filter.Before, filter.Scope, filter.Day, filter.Limit }, cancellationToken);

    /// <summary>Deletes a report of the client with the job that summed it up; false where there is none.</summary>
    public async Task<bool> DeleteAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.QuerySingleOrDefaultAsync<Guid?>(Delete, new { Id = id, ClientId = clientId }, cancellationToken) is not { } summary)
        {
            return false;
        }

        await JobErasure.EraseAsync(connection, Client.SystemId, [summary], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Texts of those of the jobs that belong to the client and whose text is kept.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> TextsAsync(Guid clientId, IEnumerable<Guid> jobIds, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<(Guid Id, string Input)>(Texts, new { ClientId = clientId, Ids = jobIds.ToArray() }, cancellationToken))
            .Select(row => (row.Id, Text: TextOf(row.Id, row.Input))).Where(row => row.Text is not null).ToDictionary(row => row.Id, row => row.Text!);

    /// <summary>Asks for a report; false if the client's limit of waiting reports is reached.</summary>
    public async Task<bool> AskAsync(ActivityReport report, CancellationToken cancellationToken) => await dataSource.ExecuteAsync(
        Ask,
        new
        {
            report.Id,
            report.ClientId,
            report.Scope,
            report.FirstDay,
            report.LastDay,
            report.Conversations,
            report.TimeZone,
            report.Language,
            options.Value.WaitingMax,
        },
        cancellationToken) is 1;

    /// <summary>Those of the conversations that exist and belong to the client.</summary>
    public Task<IReadOnlyList<Guid>> ConversationsAsync(Guid clientId, IEnumerable<Guid> ids, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Guid>(ConversationsOf, new { ClientId = clientId, Ids = ids.ToArray() }, cancellationToken);

    /// <summary>Every client, and all of them together, with the last night that each was reported on.</summary>
    public Task<IReadOnlyList<NightOwner>> OwnersAsync(CancellationToken cancellationToken) => dataSource.QueryAsync<NightOwner>(Owners, null, cancellationToken);

    /// <summary>Moves what summaries answered to their reports, before retention takes the jobs; says how many.</summary>
    public async Task<int> KeepSummariesAsync(CancellationToken cancellationToken)
    {
        var jobs = await dataSource.QueryAsync<Guid>(
            OpenSummaries, new { AgeSeconds = options.Value.SummaryExpiry.TotalSeconds * 2, Limit = SummariesMax }, cancellationToken);
        return jobs.Count is 0 ? 0 : await dataSource.ExecuteAsync(KeepSummaries, new { JobIds = jobs.ToArray() }, cancellationToken);
    }

    internal async Task<bool> HasNightAsync(Guid? clientId, DateOnly day, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<bool>(HasNight, new { ClientId = clientId, Day = day }, cancellationToken)).Single();

    /// <summary>The nights of a client, or of all together, that have a report, by day.</summary>
    internal async Task<IReadOnlyDictionary<DateOnly, ActivityFigures>> NightsAsync(Guid? clientId, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<(DateOnly Day, string Figures)>(Nights, new { ClientId = clientId, From = from, To = to }, cancellationToken))
            .ToDictionary(night => night.Day, night => JsonSerializer.Deserialize(night.Figures, ActivityFiguresJson.Default.ActivityFigures)!);

    internal Task<IReadOnlyList<Guid>> JobsOfConversationsAsync(Guid clientId, IReadOnlyList<Guid> conversations, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Guid>(JobsOfConversations, new { ClientId = clientId, Ids = conversations.ToArray() }, cancellationToken);

    /// <summary>The oldest report after another that waits to be made; null where none does.</summary>
    internal async Task<ActivityReport?> NextAskedAsync(Guid after, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<ActivityReport>(NextAsked, new { After = after }, cancellationToken)).SingleOrDefault();

    /// <summary>The night could not be made. True where it was tried often enough, and the ones after it are to be made.</summary>
    internal async Task<bool> FailNightAsync(ActivityReport night, string error, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<bool>(
            FailNight,
            new { night.Id, night.ClientId, Day = night.FirstDay, night.TimeZone, night.Language, Error = error, options.Value.AttemptsMax },
            cancellationToken)) is not [false];

    /// <summary>A report that was asked for could not be made: it is tried again later, or has failed.</summary>
    internal Task<int> FailAskedAsync(Guid id, string error, CancellationToken cancellationToken) => dataSource.ExecuteAsync(
        FailAsked, new { Id = id, Error = error, options.Value.AttemptsMax, DelaySeconds = options.Value.PollInterval.TotalSeconds * RetryPolls }, cancellationToken);

    /// <summary>Keeps a report and the job that sums it up, both or none. False where somebody else was first.</summary>
    internal async Task<bool> KeepAsync(ActivityReport report, NewJob? summary, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var kept = await connection.ExecuteAsync(
            report.Scope is ActivityReportScope.Night ? AddNight : Complete, new { report.Id, report.ClientId, Day = report.FirstDay, report.TimeZone, report.Language, report.Figures, SummaryJobId = summary?.Id }, cancellationToken) is 1;
        if (kept && summary is not null)
        {
            await SystemJobs.AddAsync(connection, vault, [summary], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return kept;
    }

    private string? TextOf(Guid jobId, string stored)
    {
        if (!vault.TryOpen(EncryptedColumn.Input, jobId, stored, out var input, out _))
        {
            return null;
        }

        using var json = JsonDocument.Parse(input!);
        return json.RootElement.TryGetProperty("text", out var text) && text.ValueKind is JsonValueKind.String ? text.GetString() : null;
    }
}

/// <summary>Which reports a list shows.</summary>
public sealed record ActivityReportFilter
{
    /// <summary>Only reports older than this one.</summary>
    public Guid? Before { get; init; }

    /// <summary>A value of <see cref="ActivityReportScope"/>; null: all.</summary>
    public string? Scope { get; init; }

    /// <summary>Only those that have this day in them; null: all.</summary>
    public DateOnly? Day { get; init; }

    public required int Limit { get; init; }
}
