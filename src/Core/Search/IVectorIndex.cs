namespace Pipeline.Core.Search;

/// <summary>Finds the chunks nearest to a vector. Every implementation finds the same on the same data, as far as its kind allows.</summary>
public interface IVectorIndex
{
    /// <summary>
    /// At most <see cref="VectorQuery.Limit"/> chunks of the client and the model, of each document at most its nearest
    /// <see cref="VectorQuery.PerDocument"/>, the nearest first, equals by their id.
    /// </summary>
    Task<IReadOnlyList<Neighbour>> SearchAsync(VectorQuery query, CancellationToken cancellationToken);
}

/// <summary>What is looked for.</summary>
/// <param name="ModelId">The model that made the vector; vectors of others cannot be compared with it.</param>
/// <param name="Vector">Of length 1.</param>
/// <param name="FilterJson">A JSON object that the metadata of a chunk's document must contain; null for any.</param>
/// <param name="PerDocument">Most chunks of one document; null for any number.</param>
public sealed record VectorQuery(Guid ClientId, int ModelId, float[] Vector, int Limit, string? FilterJson, int? PerDocument = null);

/// <param name="Similarity">Cosine of the angle between the two vectors, -1 to 1.</param>
public readonly record struct Neighbour(long ChunkId, float Similarity);
