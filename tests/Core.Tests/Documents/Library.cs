using Dapper;
using Pipeline.Core.Documents;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Documents;

/// <summary>Documents as intake and workers leave them, with vectors that a test makes.</summary>
internal sealed class Library(PostgresDatabase database)
{
    public const int Dimensions = 8;

    private readonly ChunkStore _chunks = new(database.DataSource);

    public DocumentStore Store { get; } = new(database.DataSource, new(database.DataSource));

    public EmbeddingModelStore Models { get; } = new(database.DataSource);

    public Task<int> ServeAsync(string name) => Models.ServeAsync(new(name, null, Dimensions), CancellationToken.None);

    public async Task<Guid> AddAsync(Guid clientId, string text = "A text.", string metadata = "{}")
    {
        var id = Guid.CreateVersion7();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(DocumentWrite.Insert, new
        {
            Ids = new[] { id },
            ClientIds = new[] { clientId },
            UserIds = new string?[] { null },
            Keys = new string?[] { null },
            Titles = new string?[] { null },
            Formats = new[] { "text" },
            Metadata = new[] { metadata },
            Texts = new[] { text },
            Hashes = new byte[]?[] { null },
        });
        return id;
    }

    /// <summary>A document that is done, with one chunk a vector.</summary>
    public async Task<Guid> AddAsync(Guid clientId, int modelId, string text, string metadata, params float[][] vectors)
    {
        var id = await AddAsync(clientId, text, metadata);
        (await EmbedAsync(id, modelId, text, vectors)).ShouldBeTrue();
        return id;
    }

    public Task<bool> EmbedAsync(Guid id, int modelId, string text, params float[][] vectors) => _chunks.WriteAsync(
        id, modelId, title: null, [.. vectors.Select((vector, ordinal) => new Chunk(ordinal, $"{text} {ordinal}", 3, vector))], vectors.Length, CancellationToken.None);

    public static float[] RandomVector(Random random, int dimensions = Dimensions)
    {
        var vector = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            vector[i] = (float)(random.NextDouble() - 0.5);
        }

        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / length)];
    }
}
