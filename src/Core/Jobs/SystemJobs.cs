using Dapper;
using Npgsql;
using Pipeline.Core.Clients;

namespace Pipeline.Core.Jobs;

/// <summary>Jobs that the pipeline gives itself: summaries of reports, questions that a model has to answer to show that it works.</summary>
public static class SystemJobs
{
    /// <summary>Accepts jobs within the caller's transaction. They are few, so each travels alone, and no lane is too full for them.</summary>
    public static Task AddAsync(NpgsqlConnection connection, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        AddAsync(connection, Client.SystemId, jobs, cancellationToken);

    /// <summary>The same, for a client: for a tool that works on the database, beside the API's own intake.</summary>
    public static Task AddAsync(NpgsqlConnection connection, Guid clientId, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            IntakeSql.InsertJobs,
            new
            {
                Ids = jobs.Select(job => job.Id).ToArray(),
                ClientIds = jobs.Select(_ => clientId).ToArray(),
                Kinds = jobs.Select(job => job.Kind).ToArray(),
                Lanes = jobs.Select(job => job.Lane).ToArray(),
                Messages = Enumerable.Range(0, jobs.Count).ToArray(),
                Inputs = jobs.Select(job => job.InputJson).ToArray(),
                ExpiresAt = jobs.Select(job => job.ExpiresAt?.UtcDateTime).ToArray(),
                Watchers = jobs.Select(job => job.Watcher).ToArray(),
                CallbackUrls = jobs.Select(job => job.CallbackUrl).ToArray(),

                // Whoever dispatches finds them: this process may be one that does not.
                Grace = TimeSpan.Zero,
            },
            cancellationToken: cancellationToken));
}
