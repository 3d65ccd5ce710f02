using System.Security.Cryptography;
using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Queues;

/// <summary>The tokens of workers' models, for those who have no model but count with them. Owns <c>vocabularies</c>.</summary>
public sealed class VocabularyStore(NpgsqlDataSource dataSource)
{
    private const string Has = "select exists (select from vocabularies where id = @Id)";

    private const string Insert = "insert into vocabularies (id, tokens) values (@Id, @Tokens) on conflict do nothing";

    private const string Find = "select tokens from vocabularies where id = @Id";

    /// <summary>Keeps them, once for all models that have the same.</summary>
    /// <returns>The id under which they are found.</returns>
    public async Task<string> AddAsync(byte[] tokens, CancellationToken cancellationToken)
    {
        var id = Convert.ToHexStringLower(SHA256.HashData(tokens).AsSpan(..16));
        if (!await dataSource.QuerySingleAsync<bool>(Has, new { Id = id }, cancellationToken))
        {
            await dataSource.ExecuteAsync(Insert, new { Id = id, Tokens = tokens }, cancellationToken);
        }

        return id;
    }

    /// <summary>Null where there are none of this id.</summary>
    public Task<byte[]?> FindAsync(string id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<byte[]>(Find, new { Id = id }, cancellationToken);
}
