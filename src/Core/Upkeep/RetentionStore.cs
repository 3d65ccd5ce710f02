using Dapper;
using Npgsql;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Upkeep;

/// <summary>Deletes what is old, one group a transaction. Fewer than asked for means that nothing old is left.</summary>
public sealed class RetentionStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <summary>
    /// Deletes jobs that ended longer ago than <paramref name="age"/>, oldest first, and whose day of acceptance is over for as
    /// long; says how many. <see cref="JobPartitions.DropAsync"/> takes whole days first.
    /// </summary>
    public Task<int> DeleteJobsAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(RetentionSql.DeleteJobs, age, limit, cancellationToken);

    /// <summary>Deletes batches older than <paramref name="age"/> that have no jobs left; says how many.</summary>
    public Task<int> DeleteBatchesAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(RetentionSql.DeleteBatches, age, limit, cancellationToken);

    /// <summary>Deletes webhook deliveries that ended longer ago than <paramref name="age"/>, oldest first; says how many.</summary>
    public Task<int> DeleteWebhookDeliveriesAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(RetentionSql.DeleteWebhookDeliveries, age, limit, cancellationToken);

    /// <summary>Deletes activity reports that were made longer ago than <paramref name="age"/>, oldest first; says how many.</summary>
    public Task<int> DeleteActivityReportsAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(RetentionSql.DeleteReports, age, limit, cancellationToken);

    /// <summary>Deletes idempotency keys older than <paramref name="age"/>, oldest first; says how many.</summary>
    public Task<int> DeleteIdempotencyKeysAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        DeleteAsync(RetentionSql.DeleteIdempotencyKeys, age, limit, cancellationToken);

    // The day that the age reaches into will be dropped as a whole, tomorrow.
    private DateTimeOffset LastDay(TimeSpan age) => new((time.GetUtcNow() - age).UtcDateTime.Date, TimeSpan.Zero);

    private async Task<int> DeleteAsync(string sql, TimeSpan age, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            sql, new { AgeSeconds = age.TotalSeconds, Floor = JobDays.Floor(LastDay(age)), Limit = limit }, cancellationToken: cancellationToken));
    }
}
