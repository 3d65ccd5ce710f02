using Dapper;
using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Encryption;

/// <summary>Owns <c>encryption_keys</c>.</summary>
internal sealed class EncryptionKeyStore(NpgsqlDataSource dataSource)
{
    private const string List = "select id, day, wrapped, master from encryption_keys order by day";

    // Of processes that make the same day's, one wins.
    private const string Insert = "insert into encryption_keys (day, wrapped, master) values (@Day, @Wrapped, @Master) on conflict (day) do nothing";

    private const string Rewrap = "update encryption_keys set wrapped = @Wrapped, master = @Master where id = @Id and master = @From";

    public Task<IReadOnlyList<WrappedKey>> ListAsync(CancellationToken cancellationToken) => dataSource.QueryAsync<WrappedKey>(List, null, cancellationToken);

    /// <summary>The same for whoever cannot wait otherwise.</summary>
    public IReadOnlyList<WrappedKey> ReadAll()
    {
        using var connection = dataSource.OpenConnection();
        return [.. connection.Query<WrappedKey>(List)];
    }

    public Task AddAsync(DateOnly day, byte[] wrapped, string master, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(Insert, new { Day = day, Wrapped = wrapped, Master = master }, cancellationToken);

    /// <summary>False where somebody else was first.</summary>
    public async Task<bool> RewrapAsync(WrappedKey key, byte[] wrapped, string master, CancellationToken cancellationToken) =>
        await dataSource.ExecuteAsync(Rewrap, new { key.Id, Wrapped = wrapped, Master = master, From = key.Master }, cancellationToken) is 1;
}

/// <summary>A row of <c>encryption_keys</c>.</summary>
internal sealed record WrappedKey
{
    public required int Id { get; init; }

    public required DateOnly Day { get; init; }

    public required byte[] Wrapped { get; init; }

    /// <summary>The name of the master key that it is encrypted with.</summary>
    public required string Master { get; init; }
}

/// <summary>A key that values are encrypted with.</summary>
internal sealed record DataKey(int Id, DateOnly Day, byte[] Bytes);
