using Dapper;
using Npgsql;
using Pipeline.Core.Search;

namespace Pipeline.Core.Documents;

/// <summary>What a worker reads and writes of a document. Writing what is there already changes nothing, so an attempt may follow another's traces.</summary>
public sealed class ChunkStore(NpgsqlDataSource dataSource)
{
    /// <summary>The text; null when there is no such document, or it is not of the job's client.</summary>
    public async Task<string?> OpenAsync(Guid jobId, Guid documentId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<string?>(Command(ChunkSql.Open, new { JobId = jobId, DocumentId = documentId }, cancellationToken));
    }

    /// <summary>Says into how many chunks the document is cut, and returns the places of those that are there already.</summary>
    public async Task<IReadOnlyList<int>> BeginAsync(Guid documentId, int modelId, int chunks, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var parameters = new { DocumentId = documentId, ModelId = modelId, Chunks = chunks };
        await connection.ExecuteAsync(Command(ChunkSql.Begin, parameters, cancellationToken));
        return (await connection.QueryAsync<int>(Command(ChunkSql.Ordinals, parameters, cancellationToken))).AsList();
    }

    /// <summary>Makes chunks durable, and with the last ones the document: then those of other models go. False when the document was deleted meanwhile.</summary>
    /// <param name="chunks">Vectors all of the same length.</param>
    /// <param name="finishes">How many the document has, with its last ones; else null.</param>
    public async Task<bool> WriteAsync(Guid documentId, int modelId, IReadOnlyList<Chunk> chunks, int? finishes, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isThere = chunks.Count == 0 || await connection.ExecuteScalarAsync<int>(Command(ChunkSql.Write, Parameters(documentId, modelId, chunks), cancellationToken)) > 0;
        if (isThere && finishes is { } count)
        {
            isThere = await connection.ExecuteAsync(
                Command(ChunkSql.Finish, new { DocumentId = documentId, ModelId = modelId, Chunks = count }, cancellationToken)) > 0;
        }

        await transaction.CommitAsync(cancellationToken);
        return isThere;
    }

    private static object Parameters(Guid documentId, int modelId, IReadOnlyList<Chunk> chunks) => new
    {
        DocumentId = documentId,
        ModelId = modelId,
        Ordinals = chunks.Select(chunk => chunk.Ordinal).ToArray(),
        Texts = chunks.Select(chunk => chunk.Text).ToArray(),
        Tokens = chunks.Select(chunk => chunk.Tokens).ToArray(),
        Grams = chunks.Select(chunk => string.Join(' ', SearchTerms.Of(chunk.Text))).ToArray(),
        Vectors = chunks.SelectMany(chunk => chunk.Vector).ToArray(),
        Dimensions = chunks[0].Vector.Length,
    };

    private static CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);
}
