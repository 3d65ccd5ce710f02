namespace Pipeline.Core.Schedules;

internal static class ScheduleSql
{
    // A run that is marked as running and whose lock nobody holds died with its process. The key of an advisory lock stands
    // in pg_locks in two halves.
    private const string Columns = """
        id, description, cron, time_zone as TimeZone, case when paused_at is null then next_run_at end as NextRunAt, paused_at as PausedAt,
        requested_at as RequestedAt, last_started_at as LastStartedAt, last_finished_at as LastFinishedAt, last_error as LastError,
        case when last_outcome = 'running' and not exists (
            select from pg_locks
             where locktype = 'advisory' and objsubid = 1 and database = (select oid from pg_database where datname = current_database())
               and (classid::bigint << 32 | objid::bigint) = hashtextextended('scheduler:task:' || id, 0))
          then 'interrupted' else last_outcome end as LastOutcome
        """;

    public const string List = $"select {Columns} from schedules order by id";

    public const string Find = $"select {Columns} from schedules where id = @Id";

    public const string Register = """
        insert into schedules (id, description, cron, time_zone)
        select * from unnest(@Ids::text[], @Descriptions::text[], @Crons::text[], @TimeZones::text[])
        on conflict (id) do update set description = excluded.description, cron = excluded.cron, time_zone = excluded.time_zone
        """;

    public const string RemoveOthers = "delete from schedules where id <> all(@Ids::text[])";

    public const string SetNext = "update schedules set next_run_at = @NextRunAt where id = @Id and next_run_at is distinct from @NextRunAt";

    public const string Request = $"update schedules set requested_at = coalesce(requested_at, now()) where id = @Id returning {Columns}";

    public const string Pause = $"update schedules set paused_at = coalesce(paused_at, now()) where id = @Id returning {Columns}";

    public const string Resume = $"update schedules set paused_at = null where id = @Id returning {Columns}";

    public const string Requested = "select id from schedules where requested_at is not null";

    // A paused task runs only for who asks, and what was asked for is run once. No row: it is paused, or somebody else was first.
    public const string Begin = """
        update schedules set requested_at = null, last_started_at = now(), last_finished_at = null, last_outcome = 'running', last_error = null
         where id = @Id and (requested_at is not null or (paused_at is null and not @Asked))
        """;

    public const string End = "update schedules set last_finished_at = now(), last_outcome = @Outcome, last_error = @Error where id = @Id and last_outcome = 'running'";
}
