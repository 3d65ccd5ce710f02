using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.Encryption;
using Pipeline.Core.Postgres;
using Pipeline.Core.ActivityReports;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Core.Tests.ActivityReports;

/// <summary>Writes jobs with a past of their own, and makes reports on them at a time that the test sets.</summary>
internal sealed class JobsOfADay
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly Vault _vault;
    private int _added;

    public JobsOfADay(NpgsqlDataSource dataSource, DateTimeOffset now, ActivityReportOptions? options = null, Vault? vault = null)
    {
        DateTimeOffsetHandler.Register();
        DateOnlyHandler.Register();
        _dataSource = dataSource;
        Time.Advance(now - Time.GetUtcNow());
        var settings = Options.Create(options ?? new() { PageRows = 100, DatabaseShare = 1 });
        _vault = vault ?? Vault.Keyless;
        Store = new(dataSource, _vault, settings);
        Maker = new(Store, new(dataSource, _vault, settings, Time), new(dataSource), settings, Time, NullLogger<ActivityReportMaker>.Instance);
    }

    public ManualTime Time { get; } = new();

    public ActivityReportStore Store { get; }

    public ActivityReportMaker Maker { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Adds a client whose days begin where the zone says.</summary>
    public async Task<Guid> AddClientAsync(string? timeZone, DateTimeOffset since, string? language = null)
    {
        var id = Guid.CreateVersion7();
        await ExecuteAsync(
            "insert into clients (id, name, created_at, time_zone, language) values (@id, @id::text, @since, @timeZone, @language)", new { id, since = since.UtcDateTime, timeZone, language });
        return id;
    }

    /// <summary>A job as it stands when it is over; <paramref name="result"/> is JSON.</summary>
    public async Task<Guid> AddAsync(
        Guid client, DateTimeOffset accepted, string kind = "emotion", string state = "succeeded", string? result = null, string? errorCode = null,
        double queuedMs = 10, double runningMs = 40, string? text = null, Guid? cachedFrom = null)
    {
        var id = Guid.CreateVersion7(accepted);
        var began = accepted.UtcDateTime;
        var vault = _added++ % 2 is 0 ? _vault : Vault.Keyless; // Every other one, as where encryption was turned on today.
        var input = vault.Seal(EncryptedColumn.Input, id, $$"""{"text":{{(text is null ? "null" : $"\"{text}\"")}}}""");
        result = vault.Seal(EncryptedColumn.Result, cachedFrom ?? id, result);
        var started = cachedFrom is null ? began.AddMilliseconds(queuedMs) : (DateTime?)null;
        await ExecuteAsync(
            """
            insert into jobs (id, client_id, kind, queue, state, input, result, error_code, created_at, queued_at, started_at, finished_at, cached_from)
            values (@id, @client, @kind, @kind, @state, @input::json, @result::json, @errorCode, @accepted, @accepted, @started, @finished, @cachedFrom)
            """,
            new { id, client, kind, state, input, result, errorCode, accepted = began, started, finished = started?.AddMilliseconds(runningMs) ?? began, cachedFrom });
        return id;
    }

    public Task<Guid> AddEmotionAsync(Guid client, DateTimeOffset accepted, string emotion, double confidence = 0.9, string? text = null) =>
        AddAsync(
            client, accepted, text: text ?? $"text of {accepted:O}",
            result: $$$"""{"emotion":"{{{emotion}}}","confidence":{{{confidence.ToString(System.Globalization.CultureInfo.InvariantCulture)}}},"usage":{"prompt_tokens":46,"cached_tokens":40,"completion_tokens":0}}""");

    /// <summary>Makes all nights of the client that are over.</summary>
    public async Task<int> MakeNightsAsync(Guid? client) =>
        await Maker.MakeNightsAsync((await Store.OwnersAsync(Token)).Single(owner => owner.ClientId == client), Token);

    /// <summary>The client's nights with their figures, oldest first.</summary>
    public async Task<IReadOnlyList<(ActivityReport Report, ActivityFigures Figures)>> NightsAsync(Guid? client)
    {
        var reader = client ?? Client.LocalId;
        List<(ActivityReport, ActivityFigures)> nights = [];
        foreach (var listed in (await Store.ListAsync(reader, seesAll: true, new() { Limit = 500 }, Token)).Where(report => report.ClientId == client).OrderBy(report => report.FirstDay))
        {
            var report = (await Store.FindAsync(reader, seesAll: true, listed.Id, Token))!;
            nights.Add((report, System.Text.Json.JsonSerializer.Deserialize(report.Figures!, ActivityFiguresJson.Default.ActivityFigures)!));
        }

        return nights;
    }

    public async Task<int> ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(Token);
        return await connection.ExecuteAsync(sql, parameters);
    }

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(Token);
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }
}
