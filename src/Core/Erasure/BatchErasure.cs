using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Erasure;

/// <summary>Deletes what is left of a batch when its jobs are gone: its row, its files, its deliveries, and the key of the request that brought it.</summary>
internal static class BatchErasure
{
    private const string Delete = """
        with gone as (delete from batches where id = @Id and client_id = @ClientId returning id, client_id, created_at),
        keys as (
            delete from idempotency_keys k using gone
             where k.client_id = gone.client_id and k.created_at = gone.created_at and k.batch_id = gone.id),
        deliveries as (delete from webhook_deliveries where batch_id = @Id and client_id = @ClientId),
        lines as (
            delete from file_batches where id = @Id and client_id = @ClientId
            returning client_id, array[input_file_id, output_file_id, error_file_id] as files),
        files_gone as (delete from files f using lines where f.client_id = lines.client_id and f.id = any(lines.files) returning f.id),
        pieces as (delete from file_chunks using files_gone where file_chunks.file_id = files_gone.id)
        select (select count(*) from gone)::int + (select count(*) from lines)::int
        """;

    private const string Exists = """
        select exists (select from batches where id = @Id and client_id = @ClientId) or exists (select from file_batches where id = @Id and client_id = @ClientId)
        """;

    public static Task<bool> ExistsAsync(NpgsqlDataSource dataSource, Guid clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleAsync<bool>(Exists, new { ClientId = clientId, Id = id }, cancellationToken);

    public static Task<int> EraseAsync(NpgsqlDataSource dataSource, Guid clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleAsync<int>(Delete, new { ClientId = clientId, Id = id }, cancellationToken);
}
