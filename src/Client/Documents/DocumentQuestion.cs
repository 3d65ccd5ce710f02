using System.Text.Json.Nodes;
using Pipeline.Contracts;

namespace Pipeline.Client;

/// <summary>A question that the chat model answers from one's documents alone.</summary>
public sealed record DocumentQuestion
{
    /// <summary>At most Search:QueryLengthMax (2,000) characters.</summary>
    public required string Text { get; init; }

    /// <summary>1 to Ask:SourcesMax (20); null for 5.</summary>
    public int? SourcesMax { get; init; }

    /// <summary>Most tokens of the answer; null for the worker's limit.</summary>
    public int? TokensMax { get; init; }

    /// <summary>Only documents whose metadata contains all of this.</summary>
    public JsonObject? Filter { get; init; }

    public JobPriority Priority { get; init; } = JobPriority.Interactive;

    /// <summary>The question expires unless it was answered by then.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>An answer with its sources.</summary>
public sealed record DocumentAnswer
{
    /// <summary>False where no passage is close enough to the question; then no model was asked, and the answer says so.</summary>
    public required bool Known { get; init; }

    /// <summary>With the numbers of sources in brackets.</summary>
    public string? Answer { get; init; }

    public required IReadOnlyList<AnswerSource> Sources { get; init; }

    /// <summary>What answered; null where no model was asked.</summary>
    public Job? Job { get; init; }
}

/// <param name="Number">As the answer names it, from 1.</param>
/// <param name="Used">Whether the answer names it; null where the server did not say, because the answer took longer than it holds a request.</param>
/// <param name="Found">The passage.</param>
public sealed record AnswerSource(int Number, bool? Used, FoundChunk Found);
