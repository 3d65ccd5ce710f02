using Dapper;
using Npgsql;

namespace Pipeline.Bench.Nights;

/// <summary>A new database whose clients live in different time zones and have one job a day.</summary>
internal sealed class NightsDatabase(NpgsqlDataSource dataSource) : IAsyncDisposable
{
    public static readonly string[] Zones = ["Asia/Seoul", "Etc/UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"];

    // At ten in UTC, when it is the same date in all of the zones.
    private const string AddJobs = """
        insert into jobs (id, client_id, kind, queue, state, attempt, input, result, finished_at)
        select overlay(gen_random_uuid()::text placing
                 (select substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7' from lpad(to_hex((extract(epoch from (@First::date + n)::timestamp + interval '10 hours 1 minute') * 1000)::bigint), 12, '0') h)
                 from 1 for 15)::uuid,
               clients.id, 'emotion', 'emotion', 'succeeded', 1, '{"text":"x"}', '{"emotion":"joy","confidence":0.9}', now()
          from clients cross join generate_series(0, @Nights - 1) n
        """;

    private const string Count = """
        select count(*)::int as Reports, count(distinct (client_id, first_day))::int as Nights, count(summary_job_id)::int as Summaries,
               (select count(*)::int from jobs where kind = 'report') as SummaryJobs,
               coalesce(bool_and((figures ->> 'jobs')::int > 0), true) as AllHaveJobs
          from activity_reports where scope = 'night' and first_day >= @First and first_day < @First::date + @Nights
        """;

    public static async Task<NightsDatabase> CreateAsync(string server, string name, CancellationToken cancellationToken)
    {
        await using var admin = NpgsqlDataSource.Create(server);
        await ExecuteAsync(admin, $"drop database if exists \"{name}\" with (force)", null, cancellationToken);
        await ExecuteAsync(admin, $"create database \"{name}\"", null, cancellationToken);
        return new(NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString));
    }

    /// <summary>Returns once a scheduler has made the tables and the days, and has told its tasks.</summary>
    public async Task WaitForTablesAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200), time);
        while (!await ScalarAsync<bool>("select to_regclass('schedules') is not null", null, cancellationToken)
            || !await ScalarAsync<bool>("select exists (select from schedules)", null, cancellationToken))
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>One client a zone, from the first day on; with the local one and all together there are two owners more.</summary>
    public async Task FillAsync(DateOnly first, int nights, CancellationToken cancellationToken)
    {
        var parameters = new { First = first.ToDateTime(TimeOnly.MinValue), Since = first.ToDateTime(new TimeOnly(10, 0), DateTimeKind.Utc), Nights = nights, Zones };
        await ExecuteAsync(dataSource, "update clients set created_at = @Since", parameters, cancellationToken);
        await ExecuteAsync(
            dataSource, "insert into clients (id, name, created_at, time_zone) select gen_random_uuid(), zone, @Since, zone from unnest(@Zones) zone", parameters, cancellationToken);
        await ExecuteAsync(dataSource, AddJobs, parameters, cancellationToken);
    }

    public async Task<NightsCount> CountAsync(DateOnly first, int nights, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<NightsCount>(
            new CommandDefinition(Count, new { First = first.ToDateTime(TimeOnly.MinValue), Nights = nights }, cancellationToken: cancellationToken));
    }

    public ValueTask DisposeAsync() => dataSource.DisposeAsync();

    private async Task<T> ScalarAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)))!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource target, string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await target.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }
}

/// <param name="Nights">Different clients and days among the reports.</param>
/// <param name="SummaryJobs">Jobs that were given to the model, one for each report that has work.</param>
internal sealed record NightsCount(int Reports, int Nights, int Summaries, int SummaryJobs, bool AllHaveJobs);
