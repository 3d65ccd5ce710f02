using Pipeline.Inference.Telemetry;

namespace Pipeline.Inference.Generation;

/// <summary>An answer under way. Disposing it before its end cancels the request; its sequence leaves within one step.</summary>
internal sealed class GenerationStream(StartedGeneration started, GenerationSpan span, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly CancellationTokenRegistration _registration = cancellationToken.Register(() => started.Task.Cancel(cancellationToken));

    /// <summary>Text as it comes.</summary>
    public IAsyncEnumerable<string> Pieces => started.Task.Stream.ReadAllAsync(CancellationToken.None); // Canceling the task ends it.

    /// <summary>Waits for the end of the request and returns its outcome.</summary>
    public async Task<FinishedGeneration> Finish()
    {
        try
        {
            GeneratedAnswer answer = await started.Task.Completion;
            span.Finished(answer);
            return new(answer, started.DroppedMessages);
        }
        catch (Exception exception)
        {
            span.Failed(exception);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _registration.DisposeAsync();
        started.Task.Cancel(new CancellationToken(canceled: true)); // Does nothing once it is complete.
        span.Dispose();
    }
}

/// <summary>How a request ended.</summary>
/// <param name="Answer">What was generated.</param>
/// <param name="DroppedMessages">Messages left out to make the conversation fit.</param>
internal sealed record FinishedGeneration(GeneratedAnswer Answer, int DroppedMessages);

/// <summary>Why an answer ended.</summary>
internal enum GenerationEnd
{
    /// <summary>The model ended its turn, a stop string came, or the structured answer is complete.</summary>
    Stop,

    /// <summary>The answer was cut at its limit.</summary>
    Length,
}

/// <summary>A finished answer and what it cost.</summary>
internal sealed record GeneratedAnswer
{
    public required string Text { get; init; }

    public required GenerationEnd End { get; init; }

    public required int PromptTokens { get; init; }

    /// <summary>Those of <see cref="PromptTokens"/> that the prefix cache held already.</summary>
    public required int CachedTokens { get; init; }

    /// <summary>Generated tokens, the one that ends the turn included.</summary>
    public required int AnswerTokens { get; init; }

    /// <summary>Each token but the one that ends the turn, where that was asked for.</summary>
    public IReadOnlyList<GeneratedToken>? Logprobs { get; init; }

    /// <summary>From submission to the first token.</summary>
    public required TimeSpan TimeToFirstToken { get; init; }

    /// <summary>From submission to the last token.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Tokens per second after the first one; null when there is none.</summary>
    public double? TokensPerSecond =>
        AnswerTokens > 1 && Duration > TimeToFirstToken ? (AnswerTokens - 1) / (Duration - TimeToFirstToken).TotalSeconds : null;
}
