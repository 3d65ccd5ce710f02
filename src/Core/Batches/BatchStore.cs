using Dapper;
using Npgsql;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Batches;

/// <summary>What clients ask about, and do to, their own batches.</summary>
public sealed class BatchStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    private const int CancelGroupMax = 2_000;
    private static readonly TimeSpan LockedPause = TimeSpan.FromMilliseconds(20);

    public async Task<BatchProgress?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<BatchProgress>(Command(BatchSql.Find, new { ClientId = clientId, Id = id, Floor = JobDays.FloorOfPartsOf(id) }, cancellationToken));
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Batch>> ListAsync(Guid clientId, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Batch>(Command(
            BatchSql.List, new { ClientId = clientId, Before = before, Limit = limit }, cancellationToken))).AsList();
    }

    /// <summary>The next final jobs behind the cursor; null when the client has no such batch.</summary>
    public async Task<BatchPage?> ReadAsync(Guid clientId, Guid id, BatchCursor after, int limit, CancellationToken cancellationToken)
    {
        var floor = JobDays.FloorOfPartsOf(id);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);

        // First, and in a snapshot of its own: what is final by now is seen by the second statement.
        var isComplete = await connection.ExecuteScalarAsync<bool?>(Command(
            BatchSql.IsComplete, new { ClientId = clientId, Id = id, Floor = floor }, cancellationToken));
        if (isComplete is not { } complete)
        {
            return null;
        }

        var results = (await connection.QueryAsync<BatchResult>(Command(
            BatchSql.Results,
            new { Id = id, Floor = floor, Xid = after.Xid.ToString(System.Globalization.CultureInfo.InvariantCulture), after.Index, IsComplete = complete, Limit = limit },
            cancellationToken))).AsList();
        return new(results, complete && results.Count < limit);
    }

    /// <summary>Cancels every job that is not final; null when the client has no such batch.</summary>
    public async Task<BatchProgress?> CancelAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            var batch = new { ClientId = clientId, Id = id, Floor = JobDays.FloorOfPartsOf(id), Limit = CancelGroupMax };
            await connection.ExecuteAsync(Command(BatchSql.MarkCanceled, batch, cancellationToken));
            while (await connection.ExecuteScalarAsync<bool?>(Command(BatchSql.IsComplete, batch, cancellationToken)) is false)
            {
                if (await connection.ExecuteAsync(Command(BatchSql.Cancel, batch, cancellationToken)) == 0)
                {
                    // All that is left is being written by workers at this moment.
                    await Task.Delay(LockedPause, time, cancellationToken);
                }
            }
        }

        return await FindAsync(clientId, id, cancellationToken);
    }

    private static CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);
}
