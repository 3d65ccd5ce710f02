using System.Collections.Concurrent;
using Dapper;
using Npgsql;

namespace Pipeline.Core.Documents;

/// <summary>Numbers for models. They never change, so those once known are not asked for again.</summary>
public sealed class EmbeddingModelStore(NpgsqlDataSource dataSource)
{
    private readonly ConcurrentDictionary<EmbeddingModel, int> _ids = new();

    /// <summary>Makes it the model that documents are embedded with from now on, and returns its number.</summary>
    public async Task<int> ServeAsync(EmbeddingModel model, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(EmbeddingModelSql.Serve, model, cancellationToken: cancellationToken));
    }

    /// <summary>Null when no worker ever started with it.</summary>
    public async Task<int?> FindAsync(EmbeddingModel model, CancellationToken cancellationToken)
    {
        if (_ids.TryGetValue(model, out var known))
        {
            return known;
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var id = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(EmbeddingModelSql.Find, model, cancellationToken: cancellationToken));
        if (id is { } found)
        {
            _ids[model] = found;
        }

        return id;
    }

    /// <summary>Every model there was.</summary>
    public async Task<IReadOnlyList<(int Id, int Dimensions)>> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<(int, int)>(new CommandDefinition(EmbeddingModelSql.All, cancellationToken: cancellationToken))).AsList();
    }
}
