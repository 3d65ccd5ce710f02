using Pipeline.Core.Search;
using Pipeline.Core.Tests.Documents;

namespace Pipeline.Core.Tests.Search;

public sealed class VectorBlocksTests
{
    private const int Seed = 3;

    [Theory]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(384)]
    public void Every_vector_is_compared(int dimensions)
    {
        var random = new Random(Seed);
        float[][] vectors = [.. Enumerable.Range(0, 6_000).Select(_ => Library.RandomVector(random, dimensions))];
        var blocks = Fill(vectors, dimensions);
        var query = Library.RandomVector(random, dimensions);

        var nearest = blocks.Nearest(query, 20, perDocument: null, documents: null);

        nearest.Select(found => found.ChunkId).ShouldBe(
            Enumerable.Range(0, vectors.Length).OrderByDescending(i => Cosine(query, vectors[i])).Take(20).Select(i => (long)i), $"seed {Seed}");
        nearest[0].Similarity.ShouldBe((float)Cosine(query, vectors[nearest[0].ChunkId]), 1e-5f);
    }

    [Fact]
    public void Removed_documents_leave_the_rest_as_it_was_and_free_their_memory()
    {
        var random = new Random(Seed);
        float[][] vectors = [.. Enumerable.Range(0, 9_000).Select(_ => Library.RandomVector(random))];
        var blocks = Fill(vectors, Library.Dimensions);
        var before = blocks.Bytes;

        // Every chunk is a document of its own, named by its number.
        blocks.Remove(document => Number(document) % 3 != 0);

        blocks.Count.ShouldBe(3_000);
        blocks.Bytes.ShouldBeLessThan(before / 2);
        var query = Library.RandomVector(random);
        blocks.Nearest(query, 10, null, null).Select(found => found.ChunkId).ShouldBe(
            Enumerable.Range(0, vectors.Length).Where(i => i % 3 == 0).OrderByDescending(i => Cosine(query, vectors[i])).Take(10).Select(i => (long)i), $"seed {Seed}");
    }

    [Fact]
    public void Of_equals_the_one_with_the_smaller_id_comes_first()
    {
        var blocks = new VectorBlocks(2);
        foreach (var id in (long[])[5, 3, 9, 1])
        {
            blocks.Add(Guid.Empty, id, [1, 0]);
        }

        blocks.Nearest([1, 0], 3, null, null).Select(found => found.ChunkId).ShouldBe([1, 3, 5]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Of_each_document_the_nearest_come_and_no_more_than_wanted(int perDocument)
    {
        var random = new Random(Seed);
        var blocks = new VectorBlocks(Library.Dimensions);
        (Guid Document, float[] Vector)[] chunks = [.. Enumerable.Range(0, 2_000).Select(i => (DocumentOf(i), Library.RandomVector(random)))];
        foreach (var (id, chunk) in chunks.Index())
        {
            blocks.Add(chunk.Document, id, chunk.Vector);
        }

        var query = Library.RandomVector(random);
        var nearest = blocks.Nearest(query, 20, perDocument, documents: null);

        nearest.Select(found => found.ChunkId).ShouldBe(
            chunks.Index()
                .OrderByDescending(chunk => Cosine(query, chunk.Item.Vector))
                .GroupBy(chunk => chunk.Item.Document)
                .SelectMany(ofDocument => ofDocument.Take(perDocument))
                .OrderByDescending(chunk => Cosine(query, chunk.Item.Vector))
                .Take(20)
                .Select(chunk => (long)chunk.Index),
            $"seed {Seed}");

        // One has half of all chunks, the others some each.
        Guid DocumentOf(int i) => new(i % 2 == 0 ? 0 : 1 + (i % 61), 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
    }

    [Fact]
    public void Only_wanted_documents_are_compared()
    {
        var blocks = new VectorBlocks(2);
        var (mine, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        blocks.Add(other, 1, [1, 0]);
        blocks.Add(mine, 2, [0, 1]);

        blocks.Nearest([1, 0], 5, null, [mine]).ShouldHaveSingleItem().ChunkId.ShouldBe(2);
    }

    private static VectorBlocks Fill(float[][] vectors, int dimensions)
    {
        var blocks = new VectorBlocks(dimensions);
        for (var i = 0; i < vectors.Length; i++)
        {
            blocks.Add(new Guid(i, 0, 0, new byte[8]), i, vectors[i]);
        }

        return blocks;
    }

    private static int Number(Guid document) => BitConverter.ToInt32(document.ToByteArray());

    private static double Cosine(float[] left, float[] right) => left.Zip(right, (a, b) => (double)a * b).Sum();
}
