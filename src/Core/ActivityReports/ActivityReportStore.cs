using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Intake;

namespace Pipeline.Core.ActivityReports;

/// <summary>Owns <c>activity_reports</c>.</summary>
public sealed class ActivityReportStore(NpgsqlDataSource dataSource, IOptions<ActivityReportOptions> options)
{
    // Summaries that one round keeps; the next one comes within the hour.
    private const int SummariesMax = 10_000;

    /// <summary>The report with its figures, if it exists and the client may see it.</summary>
    public async Task<ActivityReport?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        (await QueryAsync<ActivityReport>(ActivityReportSql.Find, new { ClientId = clientId, Id = id }, cancellationToken)).SingleOrDefault();

    /// <summary>Newest first, without figures: the client's own and those of all clients.</summary>
    public Task<IReadOnlyList<ActivityReport>> ListAsync(Guid clientId, ActivityReportFilter filter, CancellationToken cancellationToken) =>
        QueryAsync<ActivityReport>(ActivityReportSql.List, new { ClientId = clientId, filter.Before, filter.Scope, filter.Day, filter.Limit }, cancellationToken);

    /// <summary>Texts of those of the jobs that belong to the client and whose text is kept.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> TextsAsync(Guid clientId, IEnumerable<Guid> jobIds, CancellationToken cancellationToken) =>
        (await QueryAsync<(Guid Id, string? Text)>(FiguresSql.Texts, new { ClientId = clientId, Ids = jobIds.ToArray() }, cancellationToken))
            .Where(row => row.Text is not null).ToDictionary(row => row.Id, row => row.Text!);

    /// <summary>Asks for a report; false if the client's limit of waiting reports is reached.</summary>
    public async Task<bool> AskAsync(ActivityReport report, CancellationToken cancellationToken) => await ExecuteAsync(
        ActivityReportSql.Ask,
        new
        {
            report.Id,
            report.ClientId,
            report.Scope,
            report.FirstDay,
            report.LastDay,
            report.Conversations,
            report.TimeZone,
            report.Language,
            options.Value.WaitingMax,
        },
        cancellationToken) is 1;

    /// <summary>Those of the conversations that exist and belong to the client.</summary>
    public Task<IReadOnlyList<Guid>> ConversationsAsync(Guid clientId, IEnumerable<Guid> ids, CancellationToken cancellationToken) =>
        QueryAsync<Guid>(ActivityReportSql.ConversationsOf, new { ClientId = clientId, Ids = ids.ToArray() }, cancellationToken);

    /// <summary>Every client, and all of them together, with the last night that each was reported on.</summary>
    public Task<IReadOnlyList<NightOwner>> OwnersAsync(CancellationToken cancellationToken) => QueryAsync<NightOwner>(ActivityReportSql.Owners, null, cancellationToken);

    /// <summary>Moves what summaries answered to their reports, before retention takes the jobs; says how many.</summary>
    public async Task<int> KeepSummariesAsync(CancellationToken cancellationToken)
    {
        var jobs = await QueryAsync<Guid>(
            ActivityReportSql.OpenSummaries, new { AgeSeconds = options.Value.SummaryExpiry.TotalSeconds * 2, Limit = SummariesMax }, cancellationToken);
        return jobs.Count is 0 ? 0 : await ExecuteAsync(ActivityReportSql.KeepSummaries, new { JobIds = jobs.ToArray() }, cancellationToken);
    }

    internal async Task<bool> HasNightAsync(Guid? clientId, DateOnly day, CancellationToken cancellationToken) =>
        (await QueryAsync<bool>(ActivityReportSql.HasNight, new { ClientId = clientId, Day = day }, cancellationToken)).Single();

    /// <summary>The counts of emotions of each night from a day up to another that has any.</summary>
    internal async Task<IReadOnlyList<IReadOnlyDictionary<string, long>>> EmotionsAsync(Guid? clientId, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        [.. (await QueryAsync<string>(ActivityReportSql.EmotionsBefore, new { ClientId = clientId, From = from, To = to }, cancellationToken))
            .Select(counts => JsonSerializer.Deserialize(counts, ActivityFiguresJson.Default.DictionaryStringInt64)!)];

    /// <summary>The nights of a client that have a report, by day.</summary>
    internal async Task<IReadOnlyDictionary<DateOnly, ActivityFigures>> NightsAsync(Guid clientId, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        (await QueryAsync<(DateOnly Day, string Figures)>(ActivityReportSql.Nights, new { ClientId = clientId, From = from, To = to }, cancellationToken))
            .ToDictionary(night => night.Day, night => JsonSerializer.Deserialize(night.Figures, ActivityFiguresJson.Default.ActivityFigures)!);

    internal Task<IReadOnlyList<Guid>> JobsOfConversationsAsync(Guid clientId, IReadOnlyList<Guid> conversations, CancellationToken cancellationToken) =>
        QueryAsync<Guid>(ActivityReportSql.JobsOfConversations, new { ClientId = clientId, Ids = conversations.ToArray() }, cancellationToken);

    /// <summary>The oldest report after another that waits to be made; null where none does.</summary>
    internal async Task<ActivityReport?> NextAskedAsync(Guid after, CancellationToken cancellationToken) =>
        (await QueryAsync<ActivityReport>(ActivityReportSql.NextAsked, new { After = after }, cancellationToken)).SingleOrDefault();

    /// <summary>Keeps a report and the job that sums it up, both or none. False where somebody else was first.</summary>
    internal async Task<bool> KeepAsync(ActivityReport report, NewJob? summary, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var kept = await connection.ExecuteAsync(new CommandDefinition(
            report.Scope is ActivityReportScope.Night ? ActivityReportSql.AddNight : ActivityReportSql.Complete,
            new { report.Id, report.ClientId, Day = report.FirstDay, report.TimeZone, report.Language, report.Figures, SummaryJobId = summary?.Id },
            cancellationToken: cancellationToken)) is 1;
        if (kept && summary is not null)
        {
            await SystemJobs.AddAsync(connection, [summary], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return kept;
    }

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
    }

    private async Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }
}

/// <summary>Which reports a list shows.</summary>
public sealed record ActivityReportFilter
{
    /// <summary>Only reports older than this one.</summary>
    public Guid? Before { get; init; }

    /// <summary>A value of <see cref="ActivityReportScope"/>; null: all.</summary>
    public string? Scope { get; init; }

    /// <summary>Only those that have this day in them; null: all.</summary>
    public DateOnly? Day { get; init; }

    public required int Limit { get; init; }
}
