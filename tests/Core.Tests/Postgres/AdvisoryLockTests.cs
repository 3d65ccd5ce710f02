using Dapper;
using Npgsql;
using Pipeline.Core.Postgres;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Postgres;

/// <summary>On sessions that nobody wipes between their users, as the pipeline's are.</summary>
public sealed class AdvisoryLockTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncDisposable
{
    private const string Name = "test";

    private readonly NpgsqlDataSource _sessions = NpgsqlDataSource.Create(database.ConnectionString + ";No Reset On Close=true");

    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    [Fact]
    public async Task One_holds_it_at_a_time()
    {
        await using (await AdvisoryLock.AcquireAsync(_sessions, Name, CancellationToken.None))
        {
            (await AdvisoryLock.TryAcquireAsync(_sessions, Name, CancellationToken.None)).ShouldBeNull();
        }

        await using var next = await AdvisoryLock.TryAcquireAsync(_sessions, Name, CancellationToken.None);
        next.ShouldNotBeNull();
    }

    [Fact]
    public async Task Who_stops_waiting_for_it_does_not_get_it()
    {
        using var stop = new CancellationTokenSource();
        await using (await AdvisoryLock.AcquireAsync(_sessions, Name, CancellationToken.None))
        {
            var waiting = AdvisoryLock.AcquireAsync(_sessions, Name, stop.Token);
            await Eventually.TrueAsync(async () => await LocksAsync(granted: false) == 1);

            await stop.CancelAsync();

            await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        }

        (await LocksAsync(granted: true)).ShouldBe(0);
    }

    [Fact]
    public async Task It_is_lost_with_the_server_that_was_the_primary_and_nobody_gets_its_session()
    {
        int session;
        await using (var held = await AdvisoryLock.AcquireAsync(_sessions, Name, CancellationToken.None))
        {
            await held.AssertHeldAsync(CancellationToken.None);
            session = held.Session.ProcessID;
            await held.Session.ExecuteAsync("set default_transaction_read_only = on");

            await Should.ThrowAsync<ReadOnlyDatabaseException>(() => held.AssertHeldAsync(CancellationToken.None));
        }

        await using var next = await _sessions.OpenConnectionAsync();
        next.ProcessID.ShouldNotBe(session);
    }

    private async Task<int> LocksAsync(bool granted)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>(
            """
            select count(*)::int from pg_locks
             where locktype = 'advisory' and granted = @Granted and database = (select oid from pg_database where datname = current_database())
            """,
            new { Granted = granted });
    }
}
