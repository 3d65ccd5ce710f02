using Microsoft.Extensions.AI;

namespace Pipeline.Client.Ai;

/// <summary>A pipeline behind the interfaces of Microsoft.Extensions.AI.</summary>
public static class PipelineAi
{
    /// <param name="options">Of every job; without an idempotency key, since each request is a job of its own.</param>
    public static IChatClient AsChatClient(this PipelineClient client, JobOptions options) => new PipelineChatClient(client, WithoutKey(options));

    /// <param name="options">Of every job; without an idempotency key, since each request is a job of its own.</param>
    public static IEmbeddingGenerator<string, Embedding<float>> AsEmbeddingGenerator(this PipelineClient client, JobOptions options) =>
        new PipelineEmbeddingGenerator(client, WithoutKey(options));

    private static JobOptions WithoutKey(JobOptions options) =>
        options.IdempotencyKey is null ? options : throw new ArgumentException("IdempotencyKey is of one job; leave it out.", nameof(options));
}
