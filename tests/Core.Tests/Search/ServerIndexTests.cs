using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Search;
using Pipeline.Core.Tests.Documents;

namespace Pipeline.Core.Tests.Search;

/// <summary>The index that Search:Index=Auto takes on the server of the tests: pgvector's where it has that, else the scan in memory.</summary>
public sealed class ServerIndexTests : VectorIndexSuite
{
    private ExactIndex? _exact;

    [Fact]
    public async Task It_finds_what_the_scan_in_memory_finds()
    {
        var (model, client) = (await Library.ServeAsync("one"), Guid.CreateVersion7());
        foreach (var _ in Enumerable.Range(0, 20))
        {
            await Library.AddAsync(client, model, "text", "{}", [.. Enumerable.Range(0, 20).Select(_ => Vector())]);
        }

        var index = await CreateAsync(model);
        foreach (var _ in Enumerable.Range(0, 10))
        {
            var query = new VectorQuery(client, model, Vector(), 15, null);
            var found = await index.SearchAsync(query, CancellationToken.None);
            (await _exact!.SearchAsync(query, CancellationToken.None)).Select(neighbour => neighbour.ChunkId).ShouldBe(found.Select(neighbour => neighbour.ChunkId));
        }
    }

    [Fact]
    public async Task Asking_for_an_extension_that_is_not_there_stops_the_start_with_its_remedy()
    {
        var search = new VectorSearch(
            Database.DataSource, CreateExact(), new PgvectorIndex(Database.DataSource), Options.Create(new SearchOptions { Index = VectorIndexChoice.Pgvector }), NullLogger<VectorSearch>.Instance);
        var failure = await Record.ExceptionAsync(() => search.StartingAsync(CancellationToken.None));

        (failure is null).ShouldBe(search.UsesPgvector);
        if (failure is not null)
        {
            failure.ShouldBeOfType<StartupException>().Message.ShouldContain("create extension vector");
        }
    }

    protected override void Close() => _exact?.Dispose();

    protected override async Task<IVectorIndex> CreateAsync(int modelId)
    {
        var pgvector = new PgvectorIndex(Database.DataSource);
        var search = new VectorSearch(Database.DataSource, CreateExact(), pgvector, Options.Create(new SearchOptions()), NullLogger<VectorSearch>.Instance);
        await search.StartingAsync(CancellationToken.None);
        if (search.UsesPgvector)
        {
            await pgvector.EnsureIndexAsync(modelId, Library.Dimensions, CancellationToken.None);
        }

        return search;
    }

    private ExactIndex CreateExact() =>
        _exact = new(Database.DataSource, Options.Create(new SearchOptions()), TimeProvider.System, NullLogger<ExactIndex>.Instance);
}
