using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Core.Clients;
using Pipeline.Core.Encryption;
using Pipeline.Core.Queues;
using Pipeline.Core.ActivityReports;

namespace Pipeline.Bench.Jobs;

/// <summary>Yesterday with many jobs of one client, as a pipeline with two kinds and a few failures leaves it.</summary>
internal sealed class ReportedDay : IAsyncDisposable
{
    // Results as workers write them. Nine in ten are emotions, one in fifty failed.
    private const string Fill = """
        insert into jobs (id, client_id, kind, queue, state, attempt, created_at, queued_at, started_at, finished_at, finished_xid, input, result, error_code)
        select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
               '00000000-0000-0000-0000-000000000000', kind, kind, case when n % 50 = 0 then 'failed' else 'succeeded' end, 1, at, at,
               at + (1 + n % 997) * interval '1 ms', at + (40 + n % 997 + n % 211) * interval '1 ms', pg_current_xact_id(),
               json_build_object('text', 'text ' || n || repeat('x', 110)),
               case when n % 50 > 0 then case kind
                 when 'emotion' then json_build_object('emotion', (array['joy', 'excitement', 'sadness', 'anger', 'fear', 'surprise', 'neutral'])[1 + n % 7], 'confidence', 0.3 + (n % 701) / 1000.0,
                   'scores', json_build_object('joy', 0.80, 'excitement', 0.02, 'sadness', 0.04, 'anger', 0.02, 'fear', 0.01, 'surprise', 0.01, 'neutral', 0.10), 'language', 'ko',
                   'model', 'emotion-mini-ko-en', 'fallback_attempted', false, 'usage', json_build_object('prompt_tokens', 46, 'cached_tokens', 40, 'completion_tokens', 0, 'total_tokens', 46),
                   'timings', json_build_object('queued_ms', 12.4, 'running_ms', 35.2))
                 else json_build_object('feedback', repeat('x', 200), 'score', n % 11, 'is_passed', true, 'pass_mark', 6, 'improvement_suggestion', repeat('x', 100), 'model', 'm',
                   'usage', json_build_object('prompt_tokens', 300, 'cached_tokens', 200, 'completion_tokens', 120, 'total_tokens', 420), 'timings', json_build_object('queued_ms', 1, 'running_ms', 2)) end end,
               case when n % 50 = 0 then 'timeout' end
          from (select n, case when n % 10 = 0 then 'feedback' else 'emotion' end as kind, @From + n * (interval '1 day' / @Rows) as at from generate_series(0, @Rows - 1) n) rows
        """;

    private const string ApplicationName = "report";

    private readonly NpgsqlDataSource _database;
    private readonly NightOwner _owner;
    private readonly TimeProvider _time;

    private ReportedDay(NpgsqlDataSource database, NightOwner owner, TimeProvider time) => (_database, _owner, _time) = (database, owner, time);

    public static async Task<ReportedDay> WriteAsync(string postgres, int rows, TimeProvider time, CancellationToken cancellationToken)
    {
        NpgsqlDataSource database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres) { CommandTimeout = 0, ApplicationName = ApplicationName });
        DateTime from = time.GetUtcNow().UtcDateTime.Date.AddDays(-1);
        await ExecuteAsync(database, Fill, new { From = from, Rows = rows }, cancellationToken);
        await ExecuteAsync(database, "vacuum analyze jobs", null, cancellationToken);
        return new(database, new NightOwner { ClientId = Client.LocalId, TimeZone = "Etc/UTC", Since = new(from, TimeSpan.Zero) }, time);
    }

    /// <summary>Makes the report on the day, as the scheduler does, and forgets it.</summary>
    public async Task<MadeReport> MakeAsync(CancellationToken cancellationToken)
    {
        IOptions<ActivityReportOptions> options = Options.Create(new ActivityReportOptions { Summaries = false, Grace = TimeSpan.Zero });
        TotalsLog log = new();
        ActivityReportStore store = new(_database, Vault.Keyless, options);
        ActivityReportMaker maker = new(store, new FiguresReader(_database, Vault.Keyless, options, _time), new WriterStore(_database), options, _time, log);
        (long start, double cpu) = (_time.GetTimestamp(), await CpuSecondsAsync(cancellationToken));
        await maker.MakeNightsAsync(_owner, cancellationToken);
        double seconds = _time.GetElapsedTime(start).TotalSeconds;
        cpu = await CpuSecondsAsync(cancellationToken) - cpu;
        await ExecuteAsync(_database, "delete from activity_reports", null, cancellationToken);
        return new(log.Jobs, log.DatabaseMilliseconds / 1_000, cpu, seconds);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>Of the server's processes that work for the report; connections stay open meanwhile.</summary>
    private async Task<double> CpuSecondsAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await _database.OpenConnectionAsync(cancellationToken);
        IEnumerable<int> processes = await connection.QueryAsync<int>(new CommandDefinition(
            "select pid from pg_stat_activity where application_name = @ApplicationName", new { ApplicationName }, cancellationToken: cancellationToken));
        // pid (name) state … utime is the 14th field, stime the next.
        return processes.Sum(pid => File.ReadAllText($"/proc/{pid}/stat").Split(' ')[13..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture))) / BusyClock.TicksPerSecond;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    /// <summary>Reads the totals out of what the maker logs.</summary>
    private sealed class TotalsLog : ILogger<ActivityReportMaker>
    {
        public long Jobs { get; private set; }

        public double DatabaseMilliseconds { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                Jobs += (long)values.Single(value => value.Key == "Jobs").Value!;
                DatabaseMilliseconds += (double)values.Single(value => value.Key == "DatabaseMs").Value!;
            }
        }
    }
}

/// <param name="DatabaseSeconds">In which a query of it was under way; beside other work it shares the cores meanwhile.</param>
/// <param name="CpuSeconds">Of the database's processes.</param>
internal sealed record MadeReport(long Jobs, double DatabaseSeconds, double CpuSeconds, double Seconds);
