using Npgsql;

namespace Pipeline.Core.Postgres;

/// <summary>
/// Where searches go that people can wait for, and that must not stand in the way of work: a replica, if there is one, and no longer
/// than <see cref="PostgresOptions.ReadTimeout"/>. A replica may be a moment late; what has to be true now is asked of the database itself.
/// </summary>
public sealed class ReadDatabase(NpgsqlDataSource dataSource, TimeSpan timeout) : IAsyncDisposable
{
    // Local to its transaction, since sessions are shared.
    private readonly string _limit = $"set local statement_timeout = {(long)timeout.TotalMilliseconds}; ";

    /// <exception cref="SearchTimeoutException">It took too long.</exception>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var found = await connection.QueryAsync<T>(_limit + sql, parameters, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return found;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
        {
            throw new SearchTimeoutException(timeout, e);
        }
    }

    public ValueTask DisposeAsync() => dataSource.DisposeAsync();
}

/// <summary>A search took longer than people are to wait for it.</summary>
public sealed class SearchTimeoutException(TimeSpan timeout, Exception cause)
    : Exception($"The search took longer than {timeout:c} (Postgres:ReadTimeout). Narrow it, for example by time or kind.", cause);
