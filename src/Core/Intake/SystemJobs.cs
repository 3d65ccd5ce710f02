using Dapper;
using Npgsql;
using Pipeline.Core.Clients;

namespace Pipeline.Core.Intake;

/// <summary>Jobs that the pipeline gives itself: summaries of reports, questions that a model has to answer to show that it works.</summary>
public static class SystemJobs
{
    /// <summary>Accepts jobs within the caller's transaction. They are few, so each travels alone, and no queue is too full for them.</summary>
    public static Task AddAsync(NpgsqlConnection connection, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        AddAsync(connection, Client.SystemId, jobs, cancellationToken);

    /// <summary>The same, for a client: for a tool that works on the database, beside the API's own intake.</summary>
    public static Task AddAsync(NpgsqlConnection connection, Guid clientId, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            IntakeSql.InsertJobs,
            // Due at once: whoever dispatches finds them, and this process may be one that does not.
            IntakeSql.Parameters(jobs, [.. jobs.Select(_ => clientId)], [.. Enumerable.Range(0, jobs.Count)], TimeSpan.Zero),
            cancellationToken: cancellationToken));
}
