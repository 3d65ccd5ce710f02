using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.Jobs;

namespace Pipeline.Api.OpenAi;

/// <summary>The body of <c>POST /v1/embeddings</c>.</summary>
internal sealed record EmbeddingsRequest
{
    [Description("embedding.")]
    public required string Model { get; init; }

    [Description("A text, or 1 to Api:EmbeddingTextsMax (2,048) texts.")]
    public required JsonElement Input { get; init; }

    [Description("float (default), or base64: the numbers as little-endian 32-bit floats.")]
    public string? EncodingFormat { get; init; }

    [Description("Numbers in each vector, if the model allows fewer than it has (Kinds:Embedding:DimensionsMin).")]
    public int? Dimensions { get; init; }

    [Description(UserTag.Description)]
    public string? User { get; init; }
}

internal sealed record EmbeddingsAnswer(string Model, IReadOnlyList<EmbeddingEntry> Data, EmbeddingsUsage Usage)
{
    public string Object { get; } = "list";
}

/// <param name="Embedding">An array of numbers, or base64.</param>
internal sealed record EmbeddingEntry(int Index, object Embedding)
{
    public string Object { get; } = "embedding";
}

internal sealed record EmbeddingsUsage(int PromptTokens, int TotalTokens);
