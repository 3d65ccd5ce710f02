using Pipeline.Core.Jobs;

namespace Pipeline.Core.Responses;

/// <summary>A stored answer: a row of <c>responses</c> with its job.</summary>
public sealed record StoredResponse : Job
{
    public Guid? PreviousId { get; init; }

    /// <summary>What the client added, as JSON text.</summary>
    public required string Input { get; init; }

    /// <summary>How it was asked for, as whoever accepted it wrote it.</summary>
    public required string AnswerForm { get; init; }
}

/// <summary>A step on the way to an answer: what the client said, and what it was answered.</summary>
public sealed record EarlierResponse
{
    public required Guid Id { get; init; }

    /// <summary>What it went on from; of the oldest one, an answer that is gone.</summary>
    public Guid? PreviousId { get; init; }

    /// <summary>As JSON text.</summary>
    public required string Input { get; init; }

    /// <summary>A value of <see cref="Contracts.JobState"/>; null where retention has deleted the job.</summary>
    public string? State { get; init; }

    public string? Result { get; init; }
}
