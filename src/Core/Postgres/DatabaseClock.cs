using Npgsql;

namespace Pipeline.Core.Postgres;

/// <summary>
/// The one clock of a pipeline: PostgreSQL's, which also writes and compares times in statements. Days, deadlines, ids and ages that a process
/// works out are by it, however wrong the machine's own clock is. Lengths of time are the machine's.
/// </summary>
/// <param name="machine">The clock of this machine; it is followed as long as it is right.</param>
public sealed class DatabaseClock(TimeProvider machine) : TimeProvider
{
    private const string Now = "select clock_timestamp()";

    // Time services keep clocks closer than this, and time that steps back and forth is worse than time that is a little off.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private long _aheadTicks;

    /// <summary>How far the machine's clock is ahead of the database's; zero as long as it is right, negative where it is behind.</summary>
    public TimeSpan Ahead => new(Interlocked.Read(ref _aheadTicks));

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <summary>Asks the database for the time. A host whose time is another provider, as in tests, keeps it.</summary>
    public static Task SetAsync(TimeProvider time, NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        time is DatabaseClock clock ? clock.SetAsync(dataSource, cancellationToken) : Task.CompletedTask;

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() - Ahead;

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    private async Task SetAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var (before, sent) = (machine.GetUtcNow(), machine.GetTimestamp());
        var database = await connection.QuerySingleAsync<DateTime>(Now, null, cancellationToken);

        // It was that time somewhere between question and answer; what a slow answer leaves open is no difference.
        var half = machine.GetElapsedTime(sent) / 2;
        var ahead = before + half - database;
        Interlocked.Exchange(ref _aheadTicks, ahead.Duration() > Tolerance + half ? ahead.Ticks : 0);
    }
}
