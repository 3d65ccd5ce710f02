using Npgsql;
using Pipeline.Core.Encryption;

namespace Pipeline.Core.Intake;

/// <summary>Rows that have to be written together with the jobs of a submission. Must be repeatable: a commit whose answer is lost is tried again.</summary>
public interface ISubmissionWrite
{
    /// <summary>Writes them, or says why the submission must not be accepted. It shares its transaction with other submissions, so it must not provoke errors.</summary>
    Task<string?> TryWriteAsync(NpgsqlConnection connection, Vault vault, CancellationToken cancellationToken);
}

/// <summary>
/// Rows of many submissions that are written in one statement, after the jobs of all of them: what several transactions lock is
/// then locked in one order. They cannot refuse a submission, and must be repeatable.
/// </summary>
public interface IGroupWrite
{
    /// <param name="connection">With the transaction of the group.</param>
    /// <param name="accepted">Those of this very type, this one included.</param>
    /// <param name="cancellationToken">Fails the group.</param>
    Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<IGroupWrite> accepted, CancellationToken cancellationToken);
}
