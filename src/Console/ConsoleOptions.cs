using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Console;

/// <summary>The pages for people. Section <c>Console</c>.</summary>
public sealed class ConsoleOptions
{
    public const string Section = "Console";

    /// <summary>Whether this API serves the pages; otherwise <c>/</c> leads to <c>/docs</c>. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether operators and admins may read inputs, results and messages of errors of other clients. Default false: metadata alone.</summary>
    public bool ShowTexts { get; init; }

    /// <summary>How long somebody stays logged in; less if the key ends before. 5 minutes to 30 days, default 12 h.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "30.00:00:00")]
    public TimeSpan SessionLength { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How often an open page fetches itself again, in whole seconds. 1 s to 10 minutes, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class ConsoleOptionsValidator : IValidateOptions<ConsoleOptions>;
