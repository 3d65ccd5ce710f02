using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Core.Encryption;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Files;

/// <summary>Files of clients. Owns <c>files</c> and <c>file_chunks</c>. A file is there once its row is; its pieces are written before.</summary>
public sealed class FileStore(NpgsqlDataSource dataSource, Vault vault)
{
    private const string Columns = "id, client_id as ClientId, purpose, filename, bytes, created_at as CreatedAt, expires_at as ExpiresAt";

    private const string Mine = "client_id = @ClientId and expires_at > now()";

    private const string Find = $"select {Columns} from files where {Mine} and id = @Id";

    private const string ListNewestFirst = $"""
        select {Columns} from files
         where {Mine} and (@Purpose::text is null or purpose = @Purpose) and (@After::uuid is null or id < @After)
         order by id desc limit @Limit
        """;

    private const string ListOldestFirst = $"""
        select {Columns} from files
         where {Mine} and (@Purpose::text is null or purpose = @Purpose) and (@After::uuid is null or id > @After)
         order by id limit @Limit
        """;

    private const string OfBatches = $"""
        select {Columns} from files
         where {Mine} and id in (
            select unnest(array[input_file_id, output_file_id, error_file_id]) from file_batches where client_id = @ClientId and id = any(@Ids))
         order by id
        """;

    private const string Use = $"""
        select count(*)::int as Files, coalesce(sum(bytes), 0)::bigint as Bytes from files where {Mine} and purpose <> 'batch_output'
        """;

    internal const string Insert = """
        insert into files (id, client_id, purpose, filename, bytes, expires_at) values (@Id, @ClientId, @Purpose, @Filename, @Bytes, @ExpiresAt)
        on conflict do nothing
        """;

    private const string InsertChunk = "insert into file_chunks (file_id, number, data) values (@FileId, @Number, @Data)";

    private const string SelectChunk = "select data from file_chunks where file_id = @FileId and number = @Number";

    internal const string Delete = """
        with gone as (delete from files where client_id = @ClientId and id = any(@Ids::uuid[]) returning id),
        pieces as (delete from file_chunks using gone where file_id = gone.id)
        select count(*)::int from gone
        """;

    private const string Forget = "delete from file_chunks where file_id = @FileId and not exists (select from files where id = @FileId)";

    public Task<StoredFile?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<StoredFile>(Find, new { ClientId = clientId, Id = id }, cancellationToken);

    /// <param name="after">The last one seen; null begins.</param>
    /// <param name="oldestFirst">Otherwise the newest is first.</param>
    public Task<IReadOnlyList<StoredFile>> ListAsync(
        Guid clientId, string? purpose, Guid? after, bool oldestFirst, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<StoredFile>(
            oldestFirst ? ListOldestFirst : ListNewestFirst, new { ClientId = clientId, Purpose = purpose, After = after, Limit = limit }, cancellationToken);

    /// <summary>Files that the batches were made of, and those that they left, oldest first.</summary>
    public Task<IReadOnlyList<StoredFile>> OfBatchesAsync(Guid clientId, Guid[] batches, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<StoredFile>(OfBatches, new { ClientId = clientId, Ids = batches }, cancellationToken);

    /// <summary>How much a client keeps, output of batches not counted.</summary>
    public Task<FileUse> UseAsync(Guid clientId, CancellationToken cancellationToken) =>
        dataSource.QuerySingleAsync<FileUse>(Use, new { ClientId = clientId }, cancellationToken);

    /// <summary>False when the client has no such file.</summary>
    public async Task<bool> DeleteAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        await dataSource.QuerySingleAsync<int>(Delete, new { ClientId = clientId, Ids = new[] { id } }, cancellationToken) > 0;

    /// <summary>Makes the file of pieces that were written: from here on it is there.</summary>
    public Task AddAsync(StoredFile file, CancellationToken cancellationToken) => dataSource.ExecuteAsync(Insert, file, cancellationToken);

    internal Task WriteChunkAsync(Guid fileId, int number, byte[] data, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(InsertChunk, new { FileId = fileId, Number = number, Data = vault.Seal(EncryptedColumn.FileChunk, fileId, data, number) }, cancellationToken);

    /// <exception cref="UndecryptableException">It cannot be decrypted.</exception>
    internal async Task<byte[]?> ReadChunkAsync(Guid fileId, int number, CancellationToken cancellationToken) =>
        await dataSource.QuerySingleOrDefaultAsync<byte[]>(SelectChunk, new { FileId = fileId, Number = number }, cancellationToken) is { } stored
            ? vault.Open(EncryptedColumn.FileChunk, fileId, stored, number)
            : null;

    /// <summary>Takes away the pieces of what became no file.</summary>
    internal Task ForgetAsync(Guid fileId, CancellationToken cancellationToken) => dataSource.ExecuteAsync(Forget, new { FileId = fileId }, cancellationToken);
}

/// <summary>What a client keeps.</summary>
public sealed record FileUse(int Files, long Bytes);

internal static class FileRegistration
{
    /// <summary>This process takes and gives files.</summary>
    public static IServiceCollection AddFiles(this IServiceCollection services) => services
        .AddValidated<StoredFileOptions, StoredFileOptionsValidator>(StoredFileOptions.Section)
        .AddSingleton<FileStore>();
}
