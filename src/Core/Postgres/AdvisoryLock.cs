using Dapper;
using Npgsql;

namespace Pipeline.Core.Postgres;

/// <summary>
/// One holder a name over all processes on the database. It is bound to a session, so the database frees it by itself
/// when its holder dies.
/// </summary>
public sealed class AdvisoryLock : IAsyncDisposable
{
    private const string Acquire = "select pg_advisory_lock(hashtextextended(@Name, 0))";
    private const string TryAcquire = "select pg_try_advisory_lock(hashtextextended(@Name, 0))";
    private const string Release = "select pg_advisory_unlock(hashtextextended(@Name, 0))";

    private readonly NpgsqlDataSource _dataSource;
    private readonly string _name;

    private AdvisoryLock(NpgsqlDataSource dataSource, NpgsqlConnection session, string name) => (_dataSource, Session, _name) = (dataSource, session, name);

    /// <summary>The session that holds the lock: what is done in it cannot outlive the lock.</summary>
    internal NpgsqlConnection Session { get; }

    /// <summary>Waits for as long as it takes.</summary>
    public static async Task<AdvisoryLock> AcquireAsync(NpgsqlDataSource dataSource, string name, CancellationToken cancellationToken) =>
        (await OpenAsync(dataSource, name, Acquire, cancellationToken))!;

    /// <summary>Null when somebody else holds it.</summary>
    public static Task<AdvisoryLock?> TryAcquireAsync(NpgsqlDataSource dataSource, string name, CancellationToken cancellationToken) =>
        OpenAsync(dataSource, name, TryAcquire, cancellationToken);

    /// <summary>Throws when the session is gone, and the lock with it, or when its server is no longer the one that others ask for the lock.</summary>
    public async Task AssertHeldAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReadOnlyDatabase.RefuseAsync(Session, cancellationToken);
        }
        catch (ReadOnlyDatabaseException)
        {
            // Else the pool lends the session, which is like the others of its time, to the next one.
            _dataSource.Clear();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using (Session)
        {
            try
            {
                // The pool keeps the session, and so the lock, alive. Not cancellable: a lock left behind blocks every other process.
                await Session.ExecuteAsync(Release, new { Name = _name }, CancellationToken.None);
            }
            catch (Exception e) when (e is InvalidOperationException || TransientErrors.IsTransient(e))
            {
                // The session is gone, and the lock with it.
            }
        }
    }

    private static async Task<AdvisoryLock?> OpenAsync(NpgsqlDataSource dataSource, string name, string sql, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var held = new AdvisoryLock(dataSource, connection, name);
        try
        {
            // pg_advisory_lock answers void: it is held once it answers. No timeout: whoever holds it may need hours.
            if (await connection.ExecuteScalarAsync<object>(new CommandDefinition(sql, new { Name = name }, commandTimeout: 0, cancellationToken: cancellationToken)) is not false)
            {
                return held;
            }
        }
        catch
        {
            // The server may have given it before it was told to stop.
            await held.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }
}
