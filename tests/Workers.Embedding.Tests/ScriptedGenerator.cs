using Microsoft.Extensions.AI;
using Pipeline.Inference.Embeddings;

namespace Pipeline.Workers.Embedding.Tests;

/// <summary>Takes a character for a token, reads a few at once, and gives the share of 'a' and of everything else.</summary>
internal sealed class ScriptedGenerator(int tokensMax) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly Lock _gate = new();

    public List<IReadOnlyList<string>> Requests { get; } = [];

    public string Model { get; set; } = "scripted";

    public List<EmbeddingGenerationOptions?> Options { get; } = [];

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string[] texts = [.. values];
        lock (_gate)
        {
            Requests.Add(texts);
            Options.Add(options);
        }

        var tooLong = Array.FindIndex(texts, text => text.Length > tokensMax);
        if (tooLong >= 0)
        {
            throw new TextTooLongException(tooLong, texts[tooLong].Length, tokensMax, "Shorten it.");
        }

        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(texts.Select(Embed))
        {
            Usage = new() { InputTokenCount = texts.Sum(text => text.Length) },
        });
    }

    public object? GetService(Type serviceType, object? serviceKey) => null;

    public void Dispose()
    {
    }

    private Embedding<float> Embed(string text)
    {
        float[] vector = [text.Count(letter => letter == 'a'), text.Count(letter => letter != 'a')];
        UnitVector.Normalize(vector);
        return new(vector) { ModelId = Model };
    }
}
