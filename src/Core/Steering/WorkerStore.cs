using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Steering;

/// <summary>What operators see of the living workers, and tell them.</summary>
public sealed class WorkerStore(NpgsqlDataSource dataSource)
{
    private const string List = """
        select w.id, w.host, w.queues, w.slots, w.ready, w.draining, w.started_at as StartedAt, w.drained_at as DrainedAt, w.model_files::text as ModelFiles,
               (select count(*)::int from jobs where worker_id = w.id and state = 'running') as Running
          from workers w where lease_until > now() order by w.host, w.id
        """;

    private const string SetDraining = """
        update workers set draining = @Draining, drained_at = null where id = @Id and lease_until > now() and draining <> @Draining
        """;

    public Task<IReadOnlyList<WorkerStatus>> ListAsync(CancellationToken cancellationToken) =>
        dataSource.QueryAsync<WorkerStatus>(List, null, cancellationToken);

    /// <summary>Tells a worker to take nothing new, or to go on; null when no living worker has the id.</summary>
    public async Task<WorkerStatus?> SetDrainingAsync(Guid id, bool draining, CancellationToken cancellationToken)
    {
        await dataSource.ExecuteAsync(SetDraining, new { Id = id, Draining = draining }, cancellationToken);
        return (await ListAsync(cancellationToken)).SingleOrDefault(worker => worker.Id == id);
    }
}
