using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Core.ActivityReports;

/// <summary>How activity reports are made. Section <c>Activity</c>.</summary>
public sealed class ActivityReportOptions
{
    public const string Section = "Activity";

    /// <summary>Where the days of clients begin that named no time zone, and those of the report on all clients: an IANA name. Default Asia/Seoul.</summary>
    [Required(ErrorMessage = "Activity:TimeZone is empty. Set it to an IANA name such as Asia/Seoul or Etc/UTC.")]
    public string TimeZone { get; init; } = "Asia/Seoul";

    /// <summary>Language of clients that named none, and of the report on all clients: <c>ko</c> or <c>en</c>. Default ko.</summary>
    [AllowedValues(TextLanguage.Korean, TextLanguage.English, ErrorMessage = "Activity:Language is neither ko nor en.")]
    public string Language { get; init; } = TextLanguage.Korean;

    /// <summary>How long after its end a day is reported on, so that its last jobs end. 0 to 6 h, default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "06:00:00")]
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Missed nights of a client that are made up, the latest ones. 1 to 366, default 31; jobs that retention has deleted cannot be counted.</summary>
    [Range(1, 366)]
    public int NightsMissedMax { get; init; } = 31;

    /// <summary>Jobs that one statement reads. 100 to 1,000,000, default 10,000.</summary>
    [Range(100, 1_000_000)]
    public int PageRows { get; init; } = 10_000;

    /// <summary>
    /// Share of the time in which a report lets the database work; it rests for the others, so that jobs keep their pace.
    /// 0.01 to 1, default 0.1.
    /// </summary>
    [Range(0.01, 1.0)]
    public double DatabaseShare { get; init; } = 0.1;

    /// <summary>Whether a language model sums the figures up in words, through the bulk queue of <c>report</c>. Default true.</summary>
    public bool Summaries { get; init; } = true;

    /// <summary>Age from which nobody waits for such a summary any more. 1 h to 30 days, default 1 day.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan SummaryExpiry { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Most days of one report that a client asks for. 1 to 3,660, default 92.</summary>
    [Range(1, 3_660)]
    public int DaysMax { get; init; } = 92;

    /// <summary>Most conversations and interviews of one report that a client asks for. 1 to 10,000, default 1,000.</summary>
    [Range(1, 10_000)]
    public int ConversationsMax { get; init; } = 1_000;

    /// <summary>Most reports that one client may wait for at a time. 1 to 1,000, default 10.</summary>
    [Range(1, 1_000)]
    public int WaitingMax { get; init; } = 10;

    /// <summary>Tries after which a report that cannot be made has failed. 1 to 100, default 3.</summary>
    [Range(1, 100)]
    public int AttemptsMax { get; init; } = 3;

    /// <summary>How often a process that serves the API looks for reports that were asked for. 50 ms to 1 min, default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);
}

[OptionsValidator]
internal sealed partial class ActivityReportOptionsValidator : IValidateOptions<ActivityReportOptions>;

internal sealed class ActivityReportRules : IValidateOptions<ActivityReportOptions>
{
    public ValidateOptionsResult Validate(string? name, ActivityReportOptions options) => TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _)
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(
            $"Activity:TimeZone is '{options.TimeZone}', which is unknown to this system. Set it to an IANA name such as Asia/Seoul, or install tzdata.");
}
