using Dapper;
using Npgsql;

namespace Pipeline.Core.Jobs;

/// <summary>Deletes what is old, one group a transaction. Fewer than asked for means that nothing old is left.</summary>
public sealed class RetentionStore(NpgsqlDataSource dataSource)
{
    /// <summary>Deletes jobs that ended longer ago than <paramref name="age"/>, oldest first; says how many.</summary>
    public Task<int> DeleteJobsAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(RetentionSql.DeleteJobs, age, limit, cancellationToken);

    /// <summary>Deletes batches older than <paramref name="age"/> that have no jobs left; says how many.</summary>
    public Task<int> DeleteBatchesAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(RetentionSql.DeleteBatches, age, limit, cancellationToken);

    /// <summary>Deletes idempotency keys older than <paramref name="age"/>, oldest first; says how many.</summary>
    public Task<int> DeleteIdempotencyKeysAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(RetentionSql.DeleteIdempotencyKeys, age, limit, cancellationToken);

    private async Task<int> DeleteAsync(string sql, TimeSpan age, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            sql, new { AgeSeconds = age.TotalSeconds, Limit = limit }, cancellationToken: cancellationToken));
    }
}
