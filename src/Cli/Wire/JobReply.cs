using Pipeline.Contracts;

namespace Pipeline.Cli.Wire;

/// <summary>A job of kind <c>emotion</c> as the API gives it; fields that this program does not read are left out.</summary>
internal sealed record JobReply
{
    public required Guid Id { get; init; }

    public required string State { get; init; }

    public EmotionResult? Result { get; init; }

    public JobError? Error { get; init; }

    /// <summary>The answer that succeeded, or null.</summary>
    public EmotionResult? Answer => State is JobState.Succeeded ? Result : null;

    /// <summary>Why there is no answer, in words.</summary>
    public string Failure => Error is { } error ? $"{State}: {error.Message} ({error.Code})" : $"{State} without a reason";
}

internal sealed record JobError(string Code, string Message);
