namespace Pipeline.Core.Jobs;

internal static class PartitionSql
{
    public const string Names = """
        select relname from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'jobs'::regclass order by relname
        """;

    // One at a time, however many processes start together.
    public const string Lock = "select pg_advisory_xact_lock(@Key)";

    // Whoever waits for the table waits behind this statement; better to try again another time.
    public const string LockTimeout = "select set_config('lock_timeout', '3s', true)";

    /// <summary>Attached, not created in place: that would lock the whole table.</summary>
    public static string Create(DateOnly day)
    {
        var partition = JobDays.Partition(day);
        var from = JobDays.Floor(JobDays.Start(day));
        var to = JobDays.Floor(JobDays.Start(day.AddDays(1)));
        return $"""
            create table {partition} (like jobs including defaults including constraints);
            with strays as (delete from jobs_default where id >= '{from}' and id < '{to}' returning *) insert into {partition} select * from strays;
            alter table jobs attach partition {partition} for values from ('{from}') to ('{to}')
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
    public static string KeepTurns(DateOnly day) => $"""
        update dialogue_turns set result = answered.result from {JobDays.Partition(day)} answered
         where dialogue_turns.job_id >= @From and dialogue_turns.job_id < @To
           and answered.id = dialogue_turns.job_id and answered.state = 'succeeded'
        """;

    public static string Drop(DateOnly day) => $"drop table {JobDays.Partition(day)}";
}
