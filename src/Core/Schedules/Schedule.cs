namespace Pipeline.Core.Schedules;

/// <summary>A row of <c>schedules</c>: a recurring task as operators see it, whichever library fires it.</summary>
public sealed record Schedule
{
    public required string Id { get; init; }

    public required string Description { get; init; }

    /// <summary>Five fields as in crontab(5), read in <see cref="TimeZone"/>.</summary>
    public required string Cron { get; init; }

    /// <summary>An IANA name.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Null while it is paused, and until a scheduler has told.</summary>
    public DateTimeOffset? NextRunAt { get; init; }

    /// <summary>Since when its occurrences pass without a run; null while it runs.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>When somebody asked for a run that has not begun.</summary>
    public DateTimeOffset? RequestedAt { get; init; }

    /// <summary>Null before the first run.</summary>
    public DateTimeOffset? LastStartedAt { get; init; }

    /// <summary>Null while it runs, and where its process died.</summary>
    public DateTimeOffset? LastFinishedAt { get; init; }

    /// <summary>A value of <see cref="ScheduleOutcome"/>.</summary>
    public string? LastOutcome { get; init; }

    /// <summary>Why the last run did not succeed.</summary>
    public string? LastError { get; init; }
}

/// <summary>The values of <c>schedules.last_outcome</c>.</summary>
public static class ScheduleOutcome
{
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string TimedOut = "timed_out";

    /// <summary>Its process was stopped or died before the task ended; the scheduler's library runs it again.</summary>
    public const string Interrupted = "interrupted";
}
