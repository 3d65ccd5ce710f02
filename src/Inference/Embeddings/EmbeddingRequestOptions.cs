using Microsoft.Extensions.AI;

namespace Pipeline.Inference.Embeddings;

/// <summary>Options of one request to <see cref="EmbeddingEngine"/>; other generators ignore what it adds.</summary>
public sealed class EmbeddingRequestOptions : EmbeddingGenerationOptions
{
    public EmbeddingRequestOptions()
    {
    }

    private EmbeddingRequestOptions(EmbeddingRequestOptions other)
        : base(other) => Priority = other.Priority;

    /// <summary>Interactive texts enter a batch before bulk ones.</summary>
    public RequestPriority Priority { get; init; } = RequestPriority.Interactive;

    /// <inheritdoc/>
    public override EmbeddingGenerationOptions Clone() => new EmbeddingRequestOptions(this);
}
