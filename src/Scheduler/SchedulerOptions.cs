using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Scheduler;

/// <summary>How recurring tasks run. Section <c>Scheduler</c>.</summary>
public sealed class SchedulerOptions
{
    public const string Section = "Scheduler";

    /// <summary>Where times such as "at half past three in the night" are read: an IANA name. Default Asia/Seoul.</summary>
    [Required(ErrorMessage = "Scheduler:TimeZone is empty. Set it to an IANA name such as Asia/Seoul or Etc/UTC.")]
    public string TimeZone { get; init; } = "Asia/Seoul";

    /// <summary>How often a scheduler asks the database what is due. 1 s to 1 min, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Different tasks that one process runs at a time. 1 to 16, default 2.</summary>
    [Range(1, 16)]
    public int ConcurrencyMax { get; init; } = 2;

    /// <summary>Longest time one run may take. 1 s to 6 h, default 30 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "06:00:00")]
    public TimeSpan TaskTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Further runs after one that failed, before the next occurrence. 0 to 6, default 3.</summary>
    [Range(0, 6)]
    public int RetriesMax { get; init; } = 3;

    /// <summary>Wait before the first retry; it doubles with each. 1 s to 1 h, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The wait before each retry, in order; empty for none.</summary>
    internal IReadOnlyList<TimeSpan> RetryDelays() =>
        [.. Enumerable.Range(0, RetriesMax).Select(retry => RetryDelay * Math.Pow(2, retry))];
}

[OptionsValidator]
internal sealed partial class SchedulerOptionsValidator : IValidateOptions<SchedulerOptions>;
