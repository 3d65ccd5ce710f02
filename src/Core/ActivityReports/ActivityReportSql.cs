namespace Pipeline.Core.ActivityReports;

internal static class ActivityReportSql
{
    private const string Columns = """
        r.id, r.client_id as ClientId, r.scope, r.first_day as FirstDay, r.last_day as LastDay, r.conversations, r.time_zone as TimeZone, r.language,
        r.created_at as CreatedAt, r.figures is not null as IsMade, r.summary_job_id as SummaryJobId
        """;

    // Those of all clients hold nothing that one of them wrote, and are everybody's.
    private const string Mine = "(r.client_id = @ClientId or (r.client_id is null and r.scope = 'night'))";

    public const string Find = $"""
        select {Columns}, r.figures::text, coalesce(r.summary, j.result)::text as Summary, j.error as SummaryError,
               case when r.summary is not null then 'succeeded' when r.summary_job_id is not null then coalesce(j.state, 'expired') end as SummaryState
          from activity_reports r left join jobs j on j.id = r.summary_job_id
         where r.id = @Id and {Mine}
        """;

    public const string List = $"""
        select {Columns} from activity_reports r
         where {Mine} and (@Before::uuid is null or r.id < @Before) and (@Scope::text is null or r.scope = @Scope)
           and (@Day::date is null or @Day between r.first_day and r.last_day)
         order by r.id desc limit @Limit
        """;

    // The system's own rows are no clients. A client that is gone is reported on up to its last day.
    public const string Owners = """
        select c.id as ClientId, c.time_zone as TimeZone, c.language, c.created_at as Since, c.revoked_at as Until,
               (select max(first_day) from activity_reports where client_id = c.id and scope = 'night') as LastNight
          from clients c
        union all
        select null, null, null, (select min(created_at) from clients), null, (select max(first_day) from activity_reports where client_id is null and scope = 'night')
        """;

    public const string HasNight = "select exists (select from activity_reports where client_id is not distinct from @ClientId and scope = 'night' and first_day = @Day)";

    public const string AddNight = """
        insert into activity_reports (id, client_id, scope, first_day, last_day, time_zone, language, figures, summary_job_id)
        values (@Id, @ClientId, 'night', @Day, @Day, @TimeZone, @Language, @Figures::json, @SummaryJobId)
        on conflict (client_id, first_day) where scope = 'night' do nothing
        """;

    // The emotions of the nights before: what a report compares itself with.
    public const string EmotionsBefore = """
        select (figures #> '{emotions,counts}')::text from activity_reports
         where client_id is not distinct from @ClientId and scope = 'night' and first_day >= @From and first_day < @To
           and figures #> '{emotions,counts}' is not null
         order by first_day
        """;

    public const string Nights = """
        select first_day as FirstDay, figures::text from activity_reports
         where client_id = @ClientId and scope = 'night' and first_day between @From and @To
        """;

    // One client cannot make others wait for ever.
    public const string Ask = """
        insert into activity_reports (id, client_id, scope, first_day, last_day, conversations, time_zone, language)
        select @Id, @ClientId, @Scope, @FirstDay::date, @LastDay::date, @Conversations::uuid[], @TimeZone, @Language
         where (select count(*) from activity_reports where client_id = @ClientId and figures is null) < @WaitingMax
        """;

    public const string NextAsked = $"select {Columns} from activity_reports r where r.figures is null and r.id > @After order by r.id limit 1";

    public const string Complete = """
        update activity_reports set figures = @Figures::json, summary_job_id = @SummaryJobId where id = @Id and figures is null
        """;

    public const string ConversationsOf = "select id from conversations where id = any(@Ids) and client_id = @ClientId";

    public const string JobsOfConversations = """
        select m.job_id from conversation_messages m join conversations c on c.id = m.conversation_id where c.id = any(@Ids) and c.client_id = @ClientId
        """;

    // Jobs go with retention, reports stay: what they answered moves to the report.
    public const string KeepSummaries = """
        update activity_reports set summary = j.result from jobs j
         where activity_reports.summary_job_id = j.id and j.id = any(@JobIds) and j.state = 'succeeded' and activity_reports.summary is null
        """;

    public const string OpenSummaries = """
        select summary_job_id from activity_reports
         where summary_job_id is not null and summary is null and created_at > now() - @AgeSeconds * interval '1 second' limit @Limit
        """;
}
