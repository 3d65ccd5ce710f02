using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.InterviewReports;

/// <summary>How reports are written. Section <c>Kinds:Report</c>.</summary>
public sealed class InterviewReportOptions : StructuredOptions
{
    public const string Section = "Kinds:Report";

    /// <summary>Items of one report that are judged at once. 1 to 256, default 8.</summary>
    [Range(1, 256)]
    public int ItemsAtOnce { get; init; } = 8;

    /// <summary>
    /// Longest that one attempt begins new items; what is finished then is kept and another attempt goes on, uncharged. Keep it
    /// well below Worker:JobTimeout. 1 s to 1 h, default 5 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Slice { get; init; } = TimeSpan.FromMinutes(5);

    internal override string Name => Section;
}

[OptionsValidator]
internal sealed partial class InterviewReportOptionsValidator : IValidateOptions<InterviewReportOptions>;
