using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Api.Ask;

/// <summary>Bounds of answers from documents. Section <c>Ask</c>.</summary>
internal sealed class AskOptions
{
    public const string Section = "Ask";

    /// <summary>Most sources of one answer. 1 to 50, default 20; a request that names no number gets 5.</summary>
    [Range(1, 50)]
    public int SourcesMax { get; init; } = 20;

    /// <summary>Characters of all sources together that the model is given; those that come after are left out. 500 to 1,000,000, default 12,000.</summary>
    [Range(500, 1_000_000)]
    public int SourcesLengthMax { get; init; } = 12_000;

    /// <summary>
    /// Least evidence that the documents answer a question; without it the answer is that nobody knows. Evidence is the highest cosine
    /// of a passage with the question, and up to some tenths for the question's words that a passage has. In collections of more than 20
    /// passages more is needed, 0.15 for ten times as many. It depends on the embedding model: ./run eval ask measures it. -1 to 1,
    /// default 0.25.
    /// </summary>
    [Range(-1.0, 1.0)]
    public double SimilarityMin { get; init; } = 0.25;
}

[OptionsValidator]
internal sealed partial class AskOptionsValidator : IValidateOptions<AskOptions>;
