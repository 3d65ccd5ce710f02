using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Models;

/// <summary>Names of models that operators moved to other files than the workers' settings say. Owns <c>model_files</c>.</summary>
public sealed class ModelFileStore(NpgsqlDataSource dataSource)
{
    private const string List = """
        select m.name, m.path, coalesce(c.name, m.moved_by::text) as MovedBy, m.moved_at as MovedAt
          from model_files m left join clients c on c.id = m.moved_by order by m.name
        """;

    private const string Put = """
        insert into model_files (name, path, moved_by) values (@Name, @Path, @By)
        on conflict (name) do update set path = excluded.path, moved_by = excluded.moved_by, moved_at = now()
        """;

    private const string Remove = "delete from model_files where name = @Name";

    public Task<IReadOnlyList<MovedModel>> ListAsync(CancellationToken cancellationToken) => dataSource.QueryAsync<MovedModel>(List, null, cancellationToken);

    public Task MoveAsync(string name, string path, Guid by, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(Put, new { Name = name, Path = path, By = by }, cancellationToken);

    /// <summary>False where the name means the file of the settings already.</summary>
    public async Task<bool> MoveBackAsync(string name, CancellationToken cancellationToken) =>
        await dataSource.ExecuteAsync(Remove, new { Name = name }, cancellationToken) > 0;
}

/// <summary>A name that an operator moved.</summary>
public sealed record MovedModel
{
    public required string Name { get; init; }

    /// <summary>On the workers.</summary>
    public required string Path { get; init; }

    /// <summary>The operator's name, or its id once its key is erased.</summary>
    public required string MovedBy { get; init; }

    public required DateTimeOffset MovedAt { get; init; }
}
