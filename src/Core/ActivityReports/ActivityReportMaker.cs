using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;

namespace Pipeline.Core.ActivityReports;

/// <summary>
/// Makes reports: counts, compares with the week before, keeps, and asks for a summary in words. A night is made once, however
/// often and by however many processes it is tried.
/// </summary>
public sealed partial class ActivityReportMaker(
    ActivityReportStore store,
    FiguresReader reader,
    WriterStore writers,
    IOptions<ActivityReportOptions> options,
    TimeProvider time,
    ILogger<ActivityReportMaker> logger)
{
    private const int DaysBefore = 7;

    // Different texts that are shown of each emotion.
    private const int TypicalMax = 3;

    /// <summary>Makes the nights of a client that are over and have no report, oldest first; says how many.</summary>
    public async Task<int> MakeNightsAsync(NightOwner owner, CancellationToken cancellationToken)
    {
        var zone = Zone(owner.TimeZone);
        var last = ActivityDays.Of(time.GetUtcNow() - options.Value.Grace, zone).AddDays(-1);
        var first = owner.LastNight?.AddDays(1) ?? ActivityDays.Of(owner.Since, zone);
        if (last.DayNumber - first.DayNumber >= options.Value.NightsMissedMax)
        {
            first = last.AddDays(1 - options.Value.NightsMissedMax);
        }

        if (owner.Until is { } until && ActivityDays.Of(until, zone) < last)
        {
            last = ActivityDays.Of(until, zone);
        }

        var made = 0;
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            try
            {
                made += await MakeNightAsync(owner, zone, day, cancellationToken) ? 1 : 0;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && !TransientErrors.IsTransient(e))
            {
                LogFailed(e, ActivityReportScope.Night, day, owner.ClientId?.ToString() ?? "all clients");
                if (!await store.FailNightAsync(Night(owner, zone, day), PublicReason.Of(e), cancellationToken))
                {
                    // Tried again with the next run, before the nights after it.
                    throw;
                }
            }
        }

        return made;
    }

    /// <summary>Makes a report that a client asked for. Nights that have a report are not counted again: it outlives the jobs.</summary>
    public async Task MakeAskedAsync(ActivityReport report, CancellationToken cancellationToken)
    {
        try
        {
            await TryMakeAskedAsync(report, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !TransientErrors.IsTransient(e))
        {
            // Its own trouble: others are made meanwhile.
            LogFailed(e, report.Scope, report.FirstDay, report.ClientId?.ToString() ?? "all clients");
            await store.FailAskedAsync(report.Id, PublicReason.Of(e), cancellationToken);
        }
    }

    private async Task TryMakeAskedAsync(ActivityReport report, CancellationToken cancellationToken)
    {
        var (sum, worked) = (new FiguresSum(), TimeSpan.Zero);
        IReadOnlyList<DateTimeOffset> starts = [];
        if (report.Conversations is { } conversations)
        {
            var jobs = await store.JobsOfConversationsAsync(report.ClientId!.Value, conversations, cancellationToken);
            worked = await reader.AddAsync(
                sum,
                new() { ClientId = report.ClientId, After = Guid.Empty, To = Guid.AllBitsSet, Ids = [.. jobs], Floors = [Guid.Empty] },
                cancellationToken);
        }
        else
        {
            var (zone, first, last) = (Zone(report.TimeZone), report.FirstDay!.Value, report.LastDay!.Value);
            var nights = await store.NightsAsync(report.ClientId!.Value, first, last, cancellationToken);
            starts = [.. Enumerable.Range(0, last.DayNumber - first.DayNumber + 1).Select(day => ActivityDays.Start(first.AddDays(day), zone))];
            for (var period = 0; period < starts.Count; period++)
            {
                var day = first.AddDays(period);
                if (nights.TryGetValue(day, out var night))
                {
                    sum.AddDay(night, period);
                }
                else
                {
                    var query = FiguresQuery.Of(report.ClientId, [starts[period]], ActivityDays.Start(day.AddDays(1), zone));

                    // Its one period is this one of the report.
                    worked += await reader.AddAsync(sum, query with { Floors = [.. Enumerable.Repeat(query.Floors[0], period + 1)] }, cancellationToken);
                }
            }
        }

        var figures = sum.ToFigures(starts) with { Typical = await TypicalAsync(report.ClientId!.Value, sum, cancellationToken) };
        await KeepAsync(report, figures, worked, cancellationToken);
    }

    private async Task<bool> MakeNightAsync(NightOwner owner, TimeZoneInfo zone, DateOnly day, CancellationToken cancellationToken)
    {
        if (await store.HasNightAsync(owner.ClientId, day, cancellationToken))
        {
            return false;
        }

        var (sum, hours) = (new FiguresSum(), ActivityDays.Hours(day, zone));
        var worked = await reader.AddAsync(sum, FiguresQuery.Of(owner.ClientId, hours, ActivityDays.Start(day.AddDays(1), zone)), cancellationToken);
        var figures = sum.ToFigures(hours);
        var before = await store.NightsAsync(owner.ClientId, day.AddDays(-DaysBefore), day.AddDays(-1), cancellationToken);
        figures = figures with
        {
            Before = FiguresSum.Before(before.Values),
            Emotions = figures.Emotions is { } emotions ? EmotionShares.Compare(emotions, [.. before.Values.Select(night => night.Emotions?.Counts ?? new Dictionary<string, long>())]) : null,
            Typical = owner.ClientId is { } client ? await TypicalAsync(client, sum, cancellationToken) : null,
        };
        return await KeepAsync(Night(owner, zone, day), figures, worked, cancellationToken);
    }

    private ActivityReport Night(NightOwner owner, TimeZoneInfo zone, DateOnly day) => new()
    {
        Id = Guid.CreateVersion7(time.GetUtcNow()),
        ClientId = owner.ClientId,
        Scope = ActivityReportScope.Night,
        FirstDay = day,
        LastDay = day,
        TimeZone = zone.Id,
        Language = owner.Language ?? options.Value.Language,
        CreatedAt = time.GetUtcNow(),
        IsMade = true,
    };

    /// <summary>Of each emotion the jobs with the most typical texts, no text twice.</summary>
    private async Task<IReadOnlyDictionary<string, IReadOnlyList<TypicalJob>>> TypicalAsync(
        Guid clientId, FiguresSum sum, CancellationToken cancellationToken)
    {
        var texts = await store.TextsAsync(clientId, sum.Candidates.Select(candidate => candidate.Id), cancellationToken);
        return sum.Candidates.GroupBy(candidate => candidate.Emotion).ToDictionary(
            emotion => emotion.Key,
            IReadOnlyList<TypicalJob> (emotion) =>
            [
                // Jobs whose text is not kept are told apart by nothing but their ids.
                .. emotion.DistinctBy(candidate => texts.GetValueOrDefault(candidate.Id) ?? candidate.Id.ToString())
                    .Take(TypicalMax).Select(candidate => new TypicalJob(candidate.Id, Math.Round(candidate.Confidence, 3))),
            ]);
    }

    private async Task<bool> KeepAsync(ActivityReport report, ActivityFigures figures, TimeSpan worked, CancellationToken cancellationToken)
    {
        // There is nothing to say of a day without work. Where no model writes, the API puts the figures into words by rule.
        var summary = options.Value.Summaries && figures.Jobs > 0 && await writers.CanWriteAsync(InterviewReport.Kind, cancellationToken)
            ? SummaryPrompt.Job(report, figures, time.GetUtcNow(), options.Value.SummaryExpiry)
            : null;
        var kept = await store.KeepAsync(
            report with { Figures = JsonSerializer.Serialize(figures, ActivityFiguresJson.Default.ActivityFigures) }, summary, cancellationToken);
        if (kept)
        {
            LogMade(report.Scope, report.FirstDay, report.ClientId?.ToString() ?? "all clients", figures.Jobs, worked.TotalMilliseconds);
        }

        return kept;
    }

    /// <summary>A client's time zone, or the server's where it named none. What was known when it was set can be missing in another machine's tzdata.</summary>
    public TimeZoneInfo Zone(string? name) =>
        name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.FindSystemTimeZoneById(options.Value.TimeZone);

    [LoggerMessage(1402, LogLevel.Error, "The report {Scope} {Day} of {Client} cannot be made")]
    private partial void LogFailed(Exception exception, string scope, DateOnly? day, string client);

    [LoggerMessage(1401, LogLevel.Information, "Made the report {Scope} {Day} of {Client}: {Jobs} jobs in {DatabaseMs:0} ms of database time")]
    private partial void LogMade(string scope, DateOnly? day, string client, long jobs, double databaseMs);
}
