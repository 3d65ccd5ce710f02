namespace Pipeline.Core.Documents;

/// <summary>A model whose vectors can be compared with each other, and with those of no other.</summary>
/// <param name="Name">As the model or its server calls itself.</param>
/// <param name="Version">Tells two files of one name apart; null for the model of a server.</param>
/// <param name="Dimensions">Numbers of a vector.</param>
public sealed record EmbeddingModel(string Name, string? Version, int Dimensions);
