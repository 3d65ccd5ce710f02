using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Steering;

/// <summary>
/// What operators hold back. Owns <c>pauses</c>. The relay dispatches nothing of it, and within
/// <see cref="Attempts.WorkerOptions.OwnershipInterval"/> workers give back what they hold of a paused queue and have not started.
/// </summary>
public sealed class PauseStore(NpgsqlDataSource dataSource)
{
    private const string Add = """
        insert into pauses (scope, name, queues, client_id, reason, paused_by) values (@Scope, @Name, @Queues, @ClientId, @Reason, @By)
        on conflict (scope, name) do update set reason = excluded.reason, paused_by = excluded.paused_by
        """;

    private const string Remove = "delete from pauses where scope = @Scope and name = @Name";

    private const string List = """
        select p.scope, p.name, p.queues, p.client_id as ClientId, p.reason, p.paused_at as PausedAt, c.name as PausedBy
          from pauses p join clients c on c.id = p.paused_by order by p.scope, p.name
        """;

    /// <summary>Queues that are held back, by themselves or with their kind.</summary>
    internal const string Queues = "select distinct unnest(queues) from pauses";

    public Task<IReadOnlyList<Pause>> ListAsync(CancellationToken cancellationToken) => dataSource.QueryAsync<Pause>(List, null, cancellationToken);

    internal Task<IReadOnlyList<string>> QueuesAsync(CancellationToken cancellationToken) => dataSource.QueryAsync<string>(Queues, null, cancellationToken);

    /// <summary>To pause again changes the reason.</summary>
    /// <param name="queues">Those of a queue or kind.</param>
    /// <param name="clientId">That of a client.</param>
    public Task PauseAsync(
        PauseScope scope, string name, IReadOnlyList<string> queues, Guid? clientId, string? reason, Guid by, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(
            Add,
            new { Scope = scope.Word(), Name = name, Queues = queues.ToArray(), ClientId = clientId, Reason = reason, By = by },
            cancellationToken);

    /// <summary>False when it was not paused.</summary>
    public async Task<bool> ResumeAsync(PauseScope scope, string name, CancellationToken cancellationToken) =>
        await dataSource.ExecuteAsync(Remove, new { Scope = scope.Word(), Name = name }, cancellationToken) > 0;
}
