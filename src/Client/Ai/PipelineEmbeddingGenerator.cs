using Microsoft.Extensions.AI;
using Pipeline.Contracts;

namespace Pipeline.Client.Ai;

/// <summary>Embeddings as jobs of 64 texts each, side by side.</summary>
internal sealed class PipelineEmbeddingGenerator(PipelineClient client, JobOptions job) : IEmbeddingGenerator<string, Embedding<float>>
{
    private static readonly EmbeddingGeneratorMetadata Metadata = new("pipeline", defaultModelId: EmbedTexts.Kind);

    /// <exception cref="JobFailedException">A job ended without vectors.</exception>
    /// <exception cref="PipelineException">A text cannot be embedded.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        var chunks = values.Chunk(EmbedTexts.TextsMax).ToArray();
        var results = await Task.WhenAll(chunks.Select(chunk =>
            client.RunAsync(new EmbedTexts { Texts = chunk, Dimensions = options?.Dimensions }, job, cancellationToken)));
        if (results.SelectMany((result, chunk) => (result.Problems ?? []).Select(problem => (Index: chunk * EmbedTexts.TextsMax + problem.Index, problem.Message))).FirstOrDefault() is { Message: { } message } refused)
        {
            throw new PipelineException($"Text {refused.Index} cannot be embedded: {message}");
        }

        return new(results.SelectMany(result => result.Embeddings.Select(vector => new Embedding<float>(vector) { ModelId = result.Model })))
        {
            Usage = new()
            {
                InputTokenCount = results.Sum(result => (long)result.Usage.PromptTokens),
                TotalTokenCount = results.Sum(result => (long)result.Usage.TotalTokens),
            },
        };
    }

    public object? GetService(Type serviceType, object? serviceKey) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? Metadata
        : serviceType.IsInstanceOfType(this) ? this
        : serviceType.IsInstanceOfType(client) ? client
        : null;

    public void Dispose()
    {
        // The client belongs to whoever made it.
    }
}
