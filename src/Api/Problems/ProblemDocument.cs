using System.ComponentModel;

namespace Pipeline.Api.Problems;

/// <summary>The body of every failure: application/problem+json, RFC 9457.</summary>
[Description("RFC 9457 problem document.")]
internal sealed record ProblemDocument
{
    [Description("The kind of failure: a stable identifier, not a URL to fetch.")]
    public required string Type { get; init; }

    [Description("The kind of failure in words, the same for every occurrence.")]
    public required string Title { get; init; }

    [Description("The HTTP status code.")]
    public required int Status { get; init; }

    [Description("What is wrong this time, the current value, and what to change.")]
    public required string Detail { get; init; }

    [Description("For invalid input: the messages of each field, body path, header or query parameter.")]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }
}
