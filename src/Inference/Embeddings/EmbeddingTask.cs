namespace Pipeline.Inference.Embeddings;

/// <summary>One text on its way through the encoder. The loop completes it; its caller may cancel it at any time.</summary>
internal sealed class EmbeddingTask(int[] tokens, RequestPriority priority)
{
    // Continuations elsewhere: the loop's thread must not run the code of callers.
    private readonly TaskCompletionSource<float[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int[] Tokens => tokens;

    public RequestPriority Priority => priority;

    /// <summary>A batch with this text failed: it runs alone, so that the next failure names the culprit. Touched by the loop only.</summary>
    public bool RunsAlone { get; set; }

    /// <summary>The vector, of length 1.</summary>
    public Task<float[]> Completion => _completion.Task;

    /// <summary>True when the vector is no longer wanted.</summary>
    public bool IsAbandoned => _completion.Task.IsCompleted;

    public void Complete(float[] vector) => _completion.TrySetResult(vector);

    public void Fail(Exception exception) => _completion.TrySetException(exception);

    public void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);
}
