using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Results;

/// <summary>Whether and for how long results are given again to the same request of the same client. Section <c>ResultCache</c>.</summary>
public sealed class ResultCacheOptions
{
    public const string Section = "ResultCache";

    /// <summary>Default true. Where it is false, results are neither marked for the cache nor looked up.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// Age from which a result is computed anew; retention may take it earlier. Each day of it is a partition that submissions
    /// look into. 1 s to 366 days, default 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "366.00:00:00")]
    public TimeSpan AgeMax { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Largest result that is given again, in UTF-16 code units of its JSON. 100 to 10,000,000, default 65,536.</summary>
    [Range(100, 10_000_000)]
    public int ResultLengthMax { get; init; } = 65_536;
}

[OptionsValidator]
internal sealed partial class ResultCacheOptionsValidator : IValidateOptions<ResultCacheOptions>;
