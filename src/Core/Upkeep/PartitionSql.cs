using Pipeline.Core.Jobs;

namespace Pipeline.Core.Upkeep;

internal static class PartitionSql
{
    public const string Names = """
        select relname from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'jobs'::regclass order by relname
        """;

    private const string Reduced = "results";

    /// <summary>Days that still have more than results.</summary>
    public const string WholeNames = $"""
        select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
         where inhparent = 'jobs'::regclass and obj_description(pg_class.oid, 'pg_class') is distinct from '{Reduced}' order by relname
        """;

    // In the order of the columns: a copy made like the table has the same, without those that were dropped.
    public const string ResultColumns = """
        select string_agg(case attname when 'input' then quote_literal('{}') || '::json' else quote_ident(attname) end, ', ' order by attnum)
          from pg_attribute where attrelid = 'jobs'::regclass and attnum > 0 and not attisdropped
        """;

    // One at a time, however many processes start together.
    public const string Lock = "select pg_advisory_xact_lock(@Key)";

    // Whoever waits for the table waits behind this statement; better to try again another time.
    public const string LockTimeout = "select set_config('lock_timeout', '3s', true)";

    /// <summary>Attached, not created in place: that would lock the whole table.</summary>
    public static string Create(DateOnly day)
    {
        var partition = JobDays.Partition(day);
        var (from, to) = Bounds(day);
        return $"""
            create table {partition} (like jobs including defaults including constraints);
            with strays as (delete from jobs_default where id >= '{from}' and id < '{to}' returning *) insert into {partition} select * from strays;
            alter table jobs attach partition {partition} for values from ('{from}') to ('{to}')
            """;
    }

    /// <summary>Of one day alone: it is read meanwhile, and nothing in it is retried.</summary>
    public static string LockRows(DateOnly day) => $"lock table {JobDays.Partition(day)} in share mode";

    /// <summary>Copies the results of a day beside it, ready to take its place: the check spares a look at each row then.</summary>
    public static string CopyResults(DateOnly day, string columns)
    {
        var (copy, bounds) = (Copy(day), Bounds(day));
        return $"""
            create table {copy} (like jobs including defaults including constraints including indexes);
            insert into {copy} select {columns} from {JobDays.Partition(day)} where state = 'succeeded';
            alter table {copy} add constraint {copy}_day check (id >= '{bounds.From}' and id < '{bounds.To}');
            comment on table {copy} is '{Reduced}'
            """;
    }

    public static string PutCopy(DateOnly day)
    {
        var (copy, partition, bounds) = (Copy(day), JobDays.Partition(day), Bounds(day));
        return $"""
            drop table {partition};
            alter table {copy} rename to {partition};
            alter table jobs attach partition {partition} for values from ('{bounds.From}') to ('{bounds.To}')
            """;
    }

    // The parent first, as every query does. From here to the commit nothing is retried that would be dropped.
    public static string LockDay(DateOnly day) => $"lock table only jobs, {JobDays.Partition(day)} in access exclusive mode";

    /// <summary>Whether a day has a job that waits, runs, or ended after <c>@Since</c>. Three look-ups in indexes.</summary>
    public static string IsInUse(DateOnly day) => $"""
        select exists (select from {JobDays.Partition(day)} where state = 'queued')
            or exists (select from {JobDays.Partition(day)} where state = 'running')
            or exists (select from {JobDays.Partition(day)} where finished_at >= @Since)
        """;

    // Steps and turns are found by the day in the ids of their jobs.
    public const string DeleteSteps = "delete from job_steps where job_id >= @From and job_id < @To";

    /// <summary>A conversation or interview outlives its jobs: what they answered moves to its turns.</summary>
    public static string KeepAnswers(DateOnly day) => $"""
        update conversation_messages set result = answered.result from {JobDays.Partition(day)} answered
         where conversation_messages.job_id >= @From and conversation_messages.job_id < @To
           and answered.id = conversation_messages.job_id and answered.state = 'succeeded'
        """;

    public static string Drop(DateOnly day) => $"drop table {JobDays.Partition(day)}";

    /// <summary>The least id of a day, and that of the next.</summary>
    public static (Guid From, Guid To) Bounds(DateOnly day) => (JobDays.Floor(JobDays.Start(day)), JobDays.Floor(JobDays.Start(day.AddDays(1))));

    private static string Copy(DateOnly day) => JobDays.Partition(day) + "_results";
}
