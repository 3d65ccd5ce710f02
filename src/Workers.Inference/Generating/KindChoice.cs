using Pipeline.Inference;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>A kind of job and the model that its options name.</summary>
/// <param name="Section">Of the options.</param>
/// <param name="Model">A name of section <c>Models</c> or a file; null: the one that ships.</param>
internal sealed record KindChoice(string Kind, string Section, string? Model)
{
    /// <summary>A typical request; null: any.</summary>
    public LabelScoringRequest? WarmUp { get; init; }
}
