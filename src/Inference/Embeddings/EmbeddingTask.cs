using Microsoft.Extensions.AI;

namespace Pipeline.Inference.Embeddings;

/// <summary>One text on its way through the encoder. The loop completes it; its caller may cancel it at any time.</summary>
internal sealed class EmbeddingTask(int[] tokens, RequestPriority priority, string? owner = null)
{
    // Continuations elsewhere: the loop's thread must not run the code of callers.
    private readonly TaskCompletionSource<float[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int[] Tokens => tokens;

    public RequestPriority Priority => priority;

    /// <summary>For whom it is; texts without one are one owner's.</summary>
    public string? Owner => owner;

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

/// <summary>Options of one request to <see cref="EmbeddingEngine"/>; other generators ignore what it adds.</summary>
public sealed class EmbeddingRequestOptions : EmbeddingGenerationOptions
{
    public EmbeddingRequestOptions()
    {
    }

    private EmbeddingRequestOptions(EmbeddingRequestOptions other)
        : base(other) => (Priority, Owner) = (other.Priority, other.Owner);

    /// <summary>Interactive texts enter a batch before bulk ones.</summary>
    public RequestPriority Priority { get; init; } = RequestPriority.Interactive;

    /// <summary>For whom the texts are: owners take turns, by tokens. Null: one owner of all that name none.</summary>
    public string? Owner { get; init; }

    /// <inheritdoc/>
    public override EmbeddingGenerationOptions Clone() => new EmbeddingRequestOptions(this);
}

/// <summary>A text has more tokens than one pass of the model takes; nothing was computed, and trying again will not help.</summary>
public sealed class TextTooLongException(int index, int tokens, int tokensMax, string remedy)
    : InferenceException($"Text {index} has {tokens} tokens; at most {tokensMax} are allowed. {remedy}")
{
    /// <summary>Which text of the request, from 0.</summary>
    public int Index => index;

    /// <summary>Tokens the text has, those that the model puts around it included.</summary>
    public int Tokens => tokens;

    /// <summary>Tokens it may have.</summary>
    public int TokensMax => tokensMax;
}
