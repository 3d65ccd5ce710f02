using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Steering;

/// <summary>
/// Who did what to what is not theirs, or to many jobs at once. Owns <c>audit</c>. An entry is written before the deed and
/// completed after it, so that nothing is done unseen; one without a status was cut short.
/// </summary>
public sealed class AuditStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    private const string Add = "insert into audit (id, client_id, action, target) values (@Id, @ClientId, @Action, @Target)";

    private const string Complete = "update audit set status = @Status, details = @Details::json, affected = @Affected where id = @Id";

    // A key may have been erased since; what it did stays.
    private const string List = """
        select a.id, coalesce(c.name, a.client_id::text) as By, a.action, a.target, a.details::text, a.status, a.affected
          from audit a left join clients c on c.id = a.client_id
         where (@Before::uuid is null or a.id < @Before) and (@Action::text is null or a.action = @Action)
         order by a.id desc limit @Limit
        """;

    /// <returns>The entry's id.</returns>
    public async Task<Guid> AddAsync(Guid clientId, string action, string target, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await dataSource.ExecuteAsync(Add, new { Id = id, ClientId = clientId, Action = action, Target = target }, cancellationToken);
        return id;
    }

    /// <param name="details">JSON; null where action and target say it all.</param>
    /// <param name="affected">How many jobs; null where it was not about jobs.</param>
    public Task CompleteAsync(Guid id, int status, string? details, long? affected, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(Complete, new { Id = id, Status = status, Details = details, Affected = affected }, cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<AuditEntry>> ListAsync(string? action, Guid? before, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<AuditEntry>(List, new { Action = action, Before = before, Limit = limit }, cancellationToken);
}
