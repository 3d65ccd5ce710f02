using Microsoft.Extensions.Options;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Interview;

/// <summary>How steps of interviews are done. Section <c>Kinds:Interview</c>.</summary>
public sealed class InterviewOptions : StructuredOptions
{
    public const string Section = "Kinds:Interview";

    internal override string Name => Section;
}

[OptionsValidator]
internal sealed partial class InterviewOptionsValidator : IValidateOptions<InterviewOptions>;
