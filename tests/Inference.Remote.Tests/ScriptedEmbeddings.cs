using System.Text;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Embeddings;

namespace Pipeline.Inference.Remote.Tests;

/// <summary>A vector of a text's bytes, not of length 1; a character is a token, and a text has at most a hundred.</summary>
internal sealed class ScriptedEmbeddings : IEmbeddingGenerator<string, Embedding<float>>
{
    private const int TokensMax = 100;

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        string[] texts = [.. values];
        int tooLong = Array.FindIndex(texts, text => text.Length > TokensMax);
        if (tooLong >= 0)
        {
            throw new TextTooLongException(tooLong, texts[tooLong].Length, TokensMax, "Split it.");
        }

        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(texts.Select(text => Embed(text, options?.Dimensions ?? 8)))
        {
            Usage = new() { InputTokenCount = texts.Sum(text => text.Length) },
        });
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private static Embedding<float> Embed(string text, int dimensions)
    {
        float[] vector = new float[dimensions];
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            vector[value % dimensions] += value;
        }

        return new(vector);
    }
}
