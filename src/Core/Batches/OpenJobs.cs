namespace Pipeline.Core.Batches;

/// <summary>
/// Whether a batch has jobs that are not final, as part of a statement. One state at a time: PostgreSQL goes by the index that begins with batch
/// and state then. Asked for both at once it may read all of the batch, where its statistics do not know the batch yet: 22 ms at 50,000 jobs,
/// for each page of results.
/// </summary>
internal static class OpenJobs
{
    /// <summary>Of the batch @Id, none of whose jobs is older than @Floor.</summary>
    public const string Any = """
        (exists (select from jobs where jobs.id >= @Floor and jobs.batch_id = @Id and jobs.state = 'queued')
         or exists (select from jobs where jobs.id >= @Floor and jobs.batch_id = @Id and jobs.state = 'running'))
        """;

    /// <summary>Of each row of <c>file_batches</c>; limited, so that it is never joined with all jobs there are.</summary>
    public const string NoneOfFile = """
        ((select jobs.id from jobs where jobs.batch_id = file_batches.id and jobs.state = 'queued' limit 1) is null
         and (select jobs.id from jobs where jobs.batch_id = file_batches.id and jobs.state = 'running' limit 1) is null)
        """;

    /// <summary>The same of each row of <c>batches</c>.</summary>
    public const string None = """
        ((select jobs.id from jobs where jobs.batch_id = batches.id and jobs.state = 'queued' limit 1) is null
         and (select jobs.id from jobs where jobs.batch_id = batches.id and jobs.state = 'running' limit 1) is null)
        """;
}
