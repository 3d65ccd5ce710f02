using Pipeline.Contracts;
using Pipeline.Core.Encryption;

namespace Pipeline.Core.ActivityReports;

/// <summary>A row of <c>activity_reports</c>.</summary>
public sealed record ActivityReport : IEncryptedRow
{
    public required Guid Id { get; init; }

    /// <summary>Null: of all clients together.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>A value of <see cref="ActivityReportScope"/>.</summary>
    public required string Scope { get; init; }

    /// <summary>With <see cref="LastDay"/>: the days of the client's time zone, both included; null for conversations.</summary>
    public DateOnly? FirstDay { get; init; }

    public DateOnly? LastDay { get; init; }

    /// <summary>Conversations and interviews; null for days.</summary>
    public Guid[]? Conversations { get; init; }

    /// <summary>An IANA name.</summary>
    public required string TimeZone { get; init; }

    /// <summary><c>ko</c> or <c>en</c>.</summary>
    public required string Language { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether it is made; else it waits for its turn.</summary>
    public required bool IsMade { get; init; }

    /// <summary>It could not be made, and is not tried again.</summary>
    public bool IsFailed { get; init; }

    /// <summary>Why the last try failed; null where none did.</summary>
    public string? Error { get; init; }

    /// <summary><see cref="ActivityFigures"/> as JSON; null until it is made, and in lists.</summary>
    public string? Figures { get; init; }

    /// <summary>The job that sums it up in words; null where nobody was asked to.</summary>
    public Guid? SummaryJobId { get; init; }

    /// <summary>The state of that job; succeeded where retention took it and its answer was kept, else expired.</summary>
    public string? SummaryState { get; init; }

    /// <summary>What it answered, a <see cref="InterviewReportResult"/> as JSON; null unless it succeeded, and in lists.</summary>
    public string? Summary { get; init; }

    /// <summary>Why it failed.</summary>
    public string? SummaryError { get; init; }

    /// <summary>Where the words cannot be decrypted, the figures are there all the same.</summary>
    IEncryptedRow IEncryptedRow.Opened(Vault vault)
    {
        if (SummaryJobId is not { } job)
        {
            return this;
        }

        return vault.TryOpen(EncryptedColumn.Result, job, Summary, out var summary, out var fault)
            ? this with { Summary = summary, SummaryError = vault.OpenOrTell(EncryptedColumn.Error, job, SummaryError) }
            : this with { Summary = null, SummaryState = JobState.Failed, SummaryError = fault.Message };
    }
}

/// <summary>The values of <c>activity_reports.scope</c>.</summary>
public static class ActivityReportScope
{
    /// <summary>A day, made by itself in the night after.</summary>
    public const string Night = "night";

    /// <summary>Days that a client asked for.</summary>
    public const string Range = "range";

    /// <summary>Conversations and interviews that a client asked for.</summary>
    public const string Conversations = "conversations";

    public static IReadOnlyList<string> All { get; } = [Night, Range, Conversations];
}

/// <summary>Whose nights are reported on.</summary>
public sealed record NightOwner
{
    /// <summary>Null: all clients together.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>Null: as <see cref="ActivityReportOptions.TimeZone"/> says.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Null: as <see cref="ActivityReportOptions.Language"/> says.</summary>
    public string? Language { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>When its last key was revoked; null while one is in force.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The latest night that has a report; null before the first.</summary>
    public DateOnly? LastNight { get; init; }
}
