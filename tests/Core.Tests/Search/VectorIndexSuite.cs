using Pipeline.Core.Search;
using Pipeline.Core.Tests.Documents;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Search;

/// <summary>What every way to search vectors must do. With pgvector on the server it finds the same as the scan in memory.</summary>
public abstract class VectorIndexSuite : IAsyncLifetime
{
    private const int Seed = 5;

    private readonly Random _random = new(Seed);
    private readonly Guid _client = Guid.CreateVersion7();
    private IVectorIndex? _index;

    private protected Library Library => field ??= new(Database);

    protected PostgresDatabase Database { get; } = new();

    protected abstract Task<IVectorIndex> CreateAsync(int modelId);

    public async ValueTask InitializeAsync() => await Database.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        Close();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what was created.</summary>
    protected abstract void Close();

    [Fact]
    public async Task The_nearest_come_first_as_if_all_had_been_compared()
    {
        var model = await Library.ServeAsync("one");
        float[][] vectors = [.. Enumerable.Range(0, 300).Select(_ => Vector())];
        foreach (var group in vectors.Chunk(30))
        {
            await Library.AddAsync(_client, model, "text", "{}", group);
        }

        await Library.AddAsync(Guid.CreateVersion7(), model, "of a stranger", "{}", [.. vectors.Take(50)]);
        for (var round = 0; round < 5; round++)
        {
            var query = Vector();
            var found = await SearchAsync(model, query, limit: 12);

            float[] best = [.. vectors.Select(vector => Dot(vector, query)).OrderDescending().Take(12)];
            found.Count.ShouldBe(12, $"seed {Seed}");
            found.Zip(best).ShouldAllBe(pair => Math.Abs(pair.First.Similarity - pair.Second) < 1e-4, $"seed {Seed}, round {round}");
        }
    }

    [Fact]
    public async Task A_document_is_found_at_once_and_never_again_after_its_deletion()
    {
        var model = await Library.ServeAsync("one");
        var vector = Vector();
        (await SearchAsync(model, vector)).ShouldBeEmpty();

        var id = await Library.AddAsync(_client, model, "text", "{}", vector);
        var other = await Library.AddAsync(_client, model, "text", "{}", Vector());
        (await SearchAsync(model, vector)).Count.ShouldBe(2);

        await Library.Store.DeleteAsync(_client, id, CancellationToken.None);
        (await SearchAsync(model, vector)).ShouldHaveSingleItem();

        await Library.Store.DeleteAsync(_client, other, CancellationToken.None);
        (await SearchAsync(model, vector)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Vectors_of_two_models_never_mix()
    {
        var first = await Library.ServeAsync("one");
        var vector = Vector();
        var id = await Library.AddAsync(_client, first, "text", "{}", vector);
        (await SearchAsync(first, vector)).ShouldHaveSingleItem();

        var second = await Library.ServeAsync("two");
        (await SearchAsync(second, vector)).ShouldBeEmpty();

        await Library.EmbedAsync(id, second, "text", Vector());
        (await SearchAsync(first, vector)).ShouldBeEmpty();
        (await SearchAsync(second, vector)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_filter_leaves_only_documents_that_contain_it()
    {
        var model = await Library.ServeAsync("one");
        var vector = Vector();
        await Library.AddAsync(_client, model, "text", """{"team":"shop","year":2025}""", vector);
        await Library.AddAsync(_client, model, "text", """{"team":"lab"}""", Vector());

        (await SearchAsync(model, vector, filter: """{"team":"lab"}""")).ShouldHaveSingleItem().Similarity.ShouldBeLessThan(0.999f);
        (await SearchAsync(model, vector, filter: """{"team":"shop","year":2025}""")).ShouldHaveSingleItem().Similarity.ShouldBe(1, 1e-3f);
        (await SearchAsync(model, vector, filter: """{"team":"none"}""")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_long_document_leaves_room_for_others_where_each_has_a_limit()
    {
        var model = await Library.ServeAsync("one");
        var vector = Vector();
        await Library.AddAsync(_client, model, "long", "{}", [.. Enumerable.Repeat(vector, 300)]);
        foreach (var _ in Enumerable.Range(0, 5))
        {
            await Library.AddAsync(_client, model, "short", "{}", Vector());
        }

        (await SearchAsync(model, vector)).ShouldAllBe(found => found.Similarity > 0.999f);
        var found = await SearchAsync(model, vector, perDocument: 2);

        (found.Count, found.Count(chunk => chunk.Similarity > 0.999f)).ShouldBe((7, 2));
    }

    [Fact]
    public async Task Strangers_find_nothing()
    {
        var model = await Library.ServeAsync("one");
        var vector = Vector();
        await Library.AddAsync(Guid.CreateVersion7(), model, "text", "{}", vector);

        (await SearchAsync(model, vector)).ShouldBeEmpty();
    }

    private protected async Task<IReadOnlyList<Neighbour>> SearchAsync(int model, float[] vector, int limit = 10, string? filter = null, int? perDocument = null)
    {
        _index ??= await CreateAsync(model);
        return await _index.SearchAsync(new(_client, model, vector, limit, filter, perDocument), TestContext.Current.CancellationToken);
    }

    private protected float[] Vector() => Library.RandomVector(_random);

    private static float Dot(float[] left, float[] right) => left.Zip(right, (a, b) => a * b).Sum();
}
