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
