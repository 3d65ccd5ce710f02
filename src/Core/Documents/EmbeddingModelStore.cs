using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Documents;

/// <summary>Numbers for models. They never change, so those once known are not asked for again.</summary>
public sealed class EmbeddingModelStore(NpgsqlDataSource dataSource)
{
    private const string Serve = """
        insert into embedding_models (name, version, dimensions) values (@Name, coalesce(@Version, ''), @Dimensions)
        on conflict (name, version, dimensions) do update set served_at = now()
        returning id
        """;

    private const string Find = """
        select id from embedding_models where name = @Name and version = coalesce(@Version, '') and dimensions = @Dimensions
        """;

    private const string All = "select id, dimensions from embedding_models order by id";

    private readonly ConcurrentDictionary<EmbeddingModel, int> _ids = new();

    /// <summary>Makes it the model that documents are embedded with from now on, and returns its number.</summary>
    public Task<int> ServeAsync(EmbeddingModel model, CancellationToken cancellationToken) => dataSource.ExecuteScalarAsync<int>(Serve, model, cancellationToken);

    /// <summary>Null when no worker ever started with it.</summary>
    public async Task<int?> FindAsync(EmbeddingModel model, CancellationToken cancellationToken)
    {
        if (_ids.TryGetValue(model, out var known))
        {
            return known;
        }

        var id = await dataSource.ExecuteScalarAsync<int?>(Find, model, cancellationToken);
        if (id is { } found)
        {
            _ids[model] = found;
        }

        return id;
    }

    /// <summary>Every model there was.</summary>
    public Task<IReadOnlyList<(int Id, int Dimensions)>> AllAsync(CancellationToken cancellationToken) =>
        dataSource.QueryAsync<(int, int)>(All, null, cancellationToken);
}

/// <summary>A model whose vectors can be compared with each other, and with those of no other.</summary>
/// <param name="Name">As the model or its server calls itself.</param>
/// <param name="Version">Tells two files of one name apart; null for the model of a server.</param>
/// <param name="Dimensions">Numbers of a vector.</param>
public sealed record EmbeddingModel(string Name, string? Version, int Dimensions);
