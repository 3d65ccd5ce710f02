using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Embeddings;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Remote.Calls;
using EmbeddingGenerationOptions = Microsoft.Extensions.AI.EmbeddingGenerationOptions;

namespace Pipeline.Inference.Remote.OpenAi;

/// <summary>
/// Embeddings of a server that speaks OpenAI's protocol, a batch after the other. Vectors have length 1, whatever the server
/// sends. A text beyond the model's context is a <see cref="TextTooLongException"/>. Safe from any thread.
/// </summary>
/// <param name="endpoint">Where, and the model.</param>
/// <param name="batchMax">Most texts of one request to the server.</param>
/// <param name="time">Measures the timeout.</param>
public sealed class OpenAiEmbeddingGenerator(RemoteEndpoint endpoint, int batchMax, TimeProvider time) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly OpenAIClient _sdk = OpenAiSdk.Connect(endpoint);
    private readonly EmbeddingGeneratorMetadata _metadata = new("openai", endpoint.BaseUrl, endpoint.Model);

    /// <inheritdoc/>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        UsageDetails usage = new() { InputTokenCount = 0, TotalTokenCount = 0 };
        GeneratedEmbeddings<Embedding<float>> embeddings = new() { Usage = usage };
        foreach (string[] batch in values.Chunk(batchMax))
        {
            OpenAIEmbeddingCollection answer = await EmbedAsync(batch, embeddings.Count, options, cancellationToken);
            usage.Add(new() { InputTokenCount = answer.Usage?.InputTokenCount, TotalTokenCount = answer.Usage?.TotalTokenCount });
            embeddings.AddRange(answer.OrderBy(embedding => embedding.Index).Select(embedding => Read(embedding, answer.Model)));
        }

        return embeddings;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Holds nothing: the SDK's connections are shared by the process.</summary>
    public void Dispose()
    {
    }

    private async Task<OpenAIEmbeddingCollection> EmbedAsync(
        string[] batch, int first, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        EmbeddingClient model = _sdk.GetEmbeddingClient(options?.ModelId ?? endpoint.Model);
        OpenAI.Embeddings.EmbeddingGenerationOptions request = new() { Dimensions = options?.Dimensions };
        OpenAIEmbeddingCollection answer;
        try
        {
            answer = await RemoteCall.RunAsync(
                endpoint, time, async token => (await model.GenerateEmbeddingsAsync(batch, request, token)).Value, cancellationToken);
        }
        catch (PromptTooLongException e)
        {
            // The server does not say which; by far the likeliest is the longest.
            int longest = Enumerable.Range(0, batch.Length).MaxBy(i => batch[i].Length);
            throw new TextTooLongException(first + longest, e.Tokens, e.TokensMax, "Split the text.");
        }

        return answer.Count == batch.Length
            ? answer
            : throw new RemoteException($"{endpoint.Name} sent {answer.Count} embeddings for {batch.Length} texts. Check that {endpoint.Section}:EmbeddingModel is an embedding model.");
    }

    private Embedding<float> Read(OpenAIEmbedding embedding, string? model)
    {
        float[] vector = embedding.ToFloats().ToArray();
        UnitVector.Normalize(vector);
        return new(vector) { ModelId = model ?? endpoint.Model };
    }
}
