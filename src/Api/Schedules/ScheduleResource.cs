using System.ComponentModel;
using Pipeline.Core.Schedules;

namespace Pipeline.Api.Schedules;

/// <summary>A recurring task as operators see it.</summary>
[Description("A recurring task. Fields without a value are omitted.")]
internal sealed record ScheduleResource
{
    public required string Id { get; init; }

    [Description("What it does.")]
    public required string Description { get; init; }

    [Description("Minute, hour, day of month, month, day of week, as in crontab(5).")]
    public required string Cron { get; init; }

    [Description("Time zone of the cron expression: an IANA name.")]
    public required string TimeZone { get; init; }

    [Description("active or paused.")]
    public required string State { get; init; }

    [Description("When it runs next; absent while it is paused.")]
    public DateTimeOffset? NextRunAt { get; init; }

    [Description("Since when it has been paused.")]
    public DateTimeOffset? PausedAt { get; init; }

    [Description("When a run was requested that has not started yet.")]
    public DateTimeOffset? RequestedAt { get; init; }

    [Description("Absent before the first run.")]
    public ScheduleRunResource? LastRun { get; init; }

    public required ScheduleLinks Links { get; init; }

    public static ScheduleResource Of(Schedule schedule) => new()
    {
        Id = schedule.Id,
        Description = schedule.Description,
        Cron = schedule.Cron,
        TimeZone = schedule.TimeZone,
        State = schedule.PausedAt is null ? "active" : "paused",
        NextRunAt = schedule.NextRunAt,
        PausedAt = schedule.PausedAt,
        RequestedAt = schedule.RequestedAt,
        LastRun = schedule.LastStartedAt is { } started ? new(started, schedule.LastFinishedAt, schedule.LastOutcome!, schedule.LastError) : null,
        Links = ScheduleLinks.Of(schedule.Id),
    };
}

/// <param name="FinishedAt">Absent while it runs.</param>
/// <param name="Outcome">running, succeeded, failed, timed_out or interrupted.</param>
/// <param name="Error">Why it did not succeed.</param>
internal sealed record ScheduleRunResource(DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string Outcome, string? Error);

/// <param name="Run">POST runs it now.</param>
/// <param name="Pause">POST lets its occurrences pass.</param>
/// <param name="Resume">POST ends a pause.</param>
internal sealed record ScheduleLinks(string Run, string Pause, string Resume)
{
    public static ScheduleLinks Of(string id) => new($"/api/schedules/{id}/run", $"/api/schedules/{id}/pause", $"/api/schedules/{id}/resume");
}

/// <param name="Schedules">By id.</param>
internal sealed record SchedulesResource(IReadOnlyList<ScheduleResource> Schedules);
