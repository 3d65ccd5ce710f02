using Npgsql;

namespace Pipeline.Core.Intake;

/// <summary>Rows that have to be written together with the jobs of a submission. Must be repeatable: a commit whose answer is lost is tried again.</summary>
public interface ISubmissionWrite
{
    /// <summary>Writes them, or says why the submission must not be accepted. It shares its transaction with other submissions, so it must not provoke errors.</summary>
    Task<string?> TryWriteAsync(NpgsqlConnection connection, CancellationToken cancellationToken);
}
