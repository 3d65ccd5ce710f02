namespace Pipeline.Core.Documents;

/// <summary>A part of a document, embedded.</summary>
/// <param name="Ordinal">Its place in the document, from 0.</param>
/// <param name="Tokens">Of the model's tokenizer, about.</param>
/// <param name="Vector">Of length 1.</param>
public sealed record Chunk(int Ordinal, string Text, int Tokens, float[] Vector);
