using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Schedules;

/// <summary>Owns <c>schedules</c>: what schedulers tell of their tasks, and what operators ask of them.</summary>
public sealed class ScheduleStore(NpgsqlDataSource dataSource)
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

    private const string List = $"select {Columns} from schedules order by id";

    private const string Find = $"select {Columns} from schedules where id = @Id";

    private const string Register = """
        insert into schedules (id, description, cron, time_zone)
        select * from unnest(@Ids::text[], @Descriptions::text[], @Crons::text[], @TimeZones::text[])
        on conflict (id) do update set description = excluded.description, cron = excluded.cron, time_zone = excluded.time_zone
        """;

    private const string RemoveOthers = "delete from schedules where id <> all(@Ids::text[])";

    private const string SetNext = "update schedules set next_run_at = @NextRunAt where id = @Id and next_run_at is distinct from @NextRunAt";

    private const string Request = $"update schedules set requested_at = coalesce(requested_at, now()) where id = @Id returning {Columns}";

    private const string Pause = $"update schedules set paused_at = coalesce(paused_at, now()) where id = @Id returning {Columns}";

    private const string Resume = $"update schedules set paused_at = null where id = @Id returning {Columns}";

    private const string Requested = "select id from schedules where requested_at is not null";

    // A paused task runs only for who asks, and what was asked for is run once. No row: it is paused, or somebody else was first.
    private const string Begin = """
        update schedules set requested_at = null, last_started_at = now(), last_finished_at = null, last_outcome = 'running', last_error = null
         where id = @Id and (requested_at is not null or (paused_at is null and not @Asked))
        """;

    private const string End = "update schedules set last_finished_at = now(), last_outcome = @Outcome, last_error = @Error where id = @Id and last_outcome = 'running'";

    /// <summary>Longest text that is kept of an error, in characters.</summary>
    private const int ErrorLengthMax = 1_000;

    /// <summary>By id.</summary>
    public Task<IReadOnlyList<Schedule>> ListAsync(CancellationToken cancellationToken) => dataSource.QueryAsync<Schedule>(List, null, cancellationToken);

    public Task<Schedule?> FindAsync(string id, CancellationToken cancellationToken) => SingleAsync(Find, id, cancellationToken);

    /// <summary>Asks for a run as soon as a scheduler hears of it, paused or not. Null: there is no such task.</summary>
    public Task<Schedule?> RequestAsync(string id, CancellationToken cancellationToken) => SingleAsync(Request, id, cancellationToken);

    /// <summary>From now on occurrences pass without a run, and are not made up. Null: there is no such task.</summary>
    public Task<Schedule?> PauseAsync(string id, CancellationToken cancellationToken) => SingleAsync(Pause, id, cancellationToken);

    /// <summary>Null: there is no such task.</summary>
    public Task<Schedule?> ResumeAsync(string id, CancellationToken cancellationToken) => SingleAsync(Resume, id, cancellationToken);

    /// <summary>Brings the table in line with the tasks of a build.</summary>
    public async Task RegisterAsync(IReadOnlyCollection<Schedule> tasks, CancellationToken cancellationToken)
    {
        var ids = tasks.Select(task => task.Id).ToArray();
        await dataSource.ExecuteAsync(
            Register,
            new
            {
                Ids = ids,
                Descriptions = tasks.Select(task => task.Description).ToArray(),
                Crons = tasks.Select(task => task.Cron).ToArray(),
                TimeZones = tasks.Select(task => task.TimeZone).ToArray(),
            },
            cancellationToken);
        await dataSource.ExecuteAsync(RemoveOthers, new { Ids = ids }, cancellationToken);
    }

    public Task SetNextAsync(string id, DateTimeOffset? next, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(SetNext, new { Id = id, NextRunAt = next?.UtcDateTime }, cancellationToken);

    /// <summary>Tasks that somebody asked to run and that have not begun.</summary>
    public Task<IReadOnlyList<string>> RequestedAsync(CancellationToken cancellationToken) => dataSource.QueryAsync<string>(Requested, null, cancellationToken);

    /// <summary>Marks the beginning of a run; false where the task is paused, and where a run was asked for that somebody else began.</summary>
    /// <param name="asked">It runs only because somebody asked.</param>
    public async Task<bool> TryBeginAsync(string id, bool asked, CancellationToken cancellationToken) =>
        await dataSource.ExecuteAsync(Begin, new { Id = id, Asked = asked }, cancellationToken) is 1;

    /// <param name="outcome">A value of <see cref="ScheduleOutcome"/>.</param>
    public Task EndAsync(string id, string outcome, string? error, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(End, new { Id = id, Outcome = outcome, Error = error is { Length: > ErrorLengthMax } ? error[..ErrorLengthMax] : error }, cancellationToken);

    private async Task<Schedule?> SingleAsync(string sql, string id, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<Schedule>(sql, new { Id = id }, cancellationToken)).SingleOrDefault();
}
