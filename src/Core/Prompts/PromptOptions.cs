using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Prompts;

/// <summary>Bounds of prompt templates. Section <c>Prompts</c>.</summary>
public sealed class PromptOptions
{
    public const string Section = "Prompts";

    /// <summary>Most prompts of one client. 1 to 100,000, default 500.</summary>
    [Range(1, 100_000)]
    public int PerClientMax { get; init; } = 500;

    /// <summary>Most versions of one prompt. 1 to 100,000, default 1,000.</summary>
    [Range(1, 100_000)]
    public int VersionsMax { get; init; } = 1_000;

    /// <summary>Most examples of one prompt. 0 to 1,000, default 20.</summary>
    [Range(0, 1_000)]
    public int ExamplesMax { get; init; } = 20;

    /// <summary>How long a process goes on with a version after another process changed it. 0 to 10 minutes, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan CacheLifetime { get; init; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class PromptOptionsValidator : IValidateOptions<PromptOptions>;
