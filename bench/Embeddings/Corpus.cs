using Dapper;
using Npgsql;
using NpgsqlTypes;
using Pipeline.Core.Clients;

namespace Pipeline.Bench.Embeddings;

/// <summary>Chunks with random vectors, written as workers would leave them.</summary>
internal sealed class Corpus(NpgsqlDataSource dataSource, int modelId, int dimensions, Texts texts)
{
    private const int ChunksOfDocument = 10;
    private const string Format = "text";

    private readonly Random _random = new(1);

    /// <summary>All vectors, to tell what a search should have found.</summary>
    public List<float[]> Vectors { get; } = [];

    public async Task GrowAsync(int chunks, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync("create temporary table incoming (document_id uuid, ordinal int, text text, vector real[])");
        await using (NpgsqlBinaryImporter import = await connection.BeginBinaryImportAsync(
            "copy incoming (document_id, ordinal, text, vector) from stdin (format binary)", cancellationToken))
        {
            Guid document = Guid.Empty;
            for (int i = 0; Vectors.Count < chunks; i++)
            {
                document = i % ChunksOfDocument == 0 ? Guid.CreateVersion7() : document;
                float[] vector = RandomVector();
                Vectors.Add(vector);
                await import.StartRowAsync(cancellationToken);
                await import.WriteAsync(document, NpgsqlDbType.Uuid, cancellationToken);
                await import.WriteAsync(i % ChunksOfDocument, NpgsqlDbType.Integer, cancellationToken);
                await import.WriteAsync(texts.Next(), NpgsqlDbType.Text, cancellationToken);
                await import.WriteAsync(vector, NpgsqlDbType.Array | NpgsqlDbType.Real, cancellationToken);
            }

            await import.CompleteAsync(cancellationToken);
        }

        await ExecuteAsync("""
            insert into document_owners (client_id, documents) values (@Client, 0) on conflict do nothing;
            update document_owners set version = version + 1, documents = documents + (select count(distinct document_id) from incoming) where client_id = @Client;
            insert into documents (id, client_id, job_id, format, metadata, text, bytes, model_id, chunks, embedded_at, version)
            select distinct document_id, @Client, document_id, @Format, '{}'::jsonb, '', 0, @Model, @Chunks, now(), (select version from document_owners where client_id = @Client) from incoming;
            insert into chunks (document_id, client_id, model_id, ordinal, text, tokens, terms, vector)
            select document_id, @Client, @Model, ordinal, text, 40, to_tsvector('english', text), vector from incoming;
            drop table incoming;
            """);
        await ExecuteAsync("analyze chunks, documents");

        Task ExecuteAsync(string sql) => connection.ExecuteAsync(new CommandDefinition(
            sql, new { Client = Client.LocalId, Format, Model = modelId, Chunks = ChunksOfDocument }, commandTimeout: 0, cancellationToken: cancellationToken));
    }

    public float[] RandomVector()
    {
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++)
        {
            vector[i] = (float)(_random.NextDouble() - 0.5);
        }

        float length = MathF.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / length)];
    }

    /// <summary>Cosines of the nearest, computed the plain way and in double precision.</summary>
    public double[] Nearest(float[] query, int count) =>
        [.. Vectors.AsParallel().Select(vector => vector.Zip(query, (a, b) => (double)a * b).Sum()).OrderDescending().Take(count)];
}
