using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Feedback;

/// <summary>How feedback jobs are done. Section <c>Kinds:Feedback</c>.</summary>
public sealed class FeedbackOptions : StructuredOptions
{
    public const string Section = "Kinds:Feedback";

    /// <summary>Least score that passes. 0 to 10, default 6.</summary>
    [Range(0, AnswerSchema.ScoreMax)]
    public int PassMark { get; init; } = 6;

    internal override string Name => Section;
}

[OptionsValidator]
internal sealed partial class FeedbackOptionsValidator : IValidateOptions<FeedbackOptions>;
