using Dapper;
using Npgsql;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Jobs;

/// <summary>What clients ask about, and do to, their own jobs.</summary>
public sealed class JobStore(NpgsqlDataSource dataSource, AsyncAutoResetEvent signal)
{
    public async Task<Job?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        (await FindManyAsync(clientId, [id], cancellationToken)).SingleOrDefault();

    /// <summary>Those of the jobs that exist and belong to the client, in no order.</summary>
    public Task<IReadOnlyList<Job>> FindManyAsync(Guid clientId, IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        QueryAsync(JobSql.Find, new { ClientId = clientId, Ids = ids.ToArray() }, cancellationToken);

    public Task<IReadOnlyList<Job>> ListAsync(Guid clientId, JobFilter filter, CancellationToken cancellationToken) =>
        QueryAsync(JobSql.List, new { ClientId = clientId, filter.Before, filter.State, filter.Kind, filter.Limit }, cancellationToken);

    /// <summary>Ends a waiting or running job; its worker stops within <see cref="WorkerOptions.OwnershipInterval"/>.</summary>
    public Task<JobChange> CancelAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        ChangeAsync(JobSql.Cancel, clientId, id, cancellationToken);

    /// <summary>Queues a job anew that failed, was canceled or expired.</summary>
    public async Task<JobChange> RetryAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        var change = await ChangeAsync(JobSql.Retry, clientId, id, cancellationToken);
        signal.Set();
        return change;
    }

    /// <summary>Those of the jobs that reached a final state.</summary>
    internal async Task<IReadOnlyList<Guid>> FinishedAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Guid>(new CommandDefinition(JobSql.Finished, new { Ids = ids }, cancellationToken: cancellationToken))).AsList();
    }

    private async Task<JobChange> ChangeAsync(string sql, Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        var changed = await QueryAsync(sql, new { ClientId = clientId, Ids = new[] { id } }, cancellationToken);
        if (changed is [var job])
        {
            return new JobChange.Done(job);
        }

        return await FindAsync(clientId, id, cancellationToken) is { } unchanged
            ? new JobChange.Refused(unchanged)
            : new JobChange.NotFound();
    }

    private async Task<IReadOnlyList<Job>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Job>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
    }
}
