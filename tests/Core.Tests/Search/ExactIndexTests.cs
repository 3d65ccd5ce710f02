using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Core.Search;
using Pipeline.Core.Tests.Documents;

namespace Pipeline.Core.Tests.Search;

public sealed class ExactIndexTests : VectorIndexSuite
{
    private ExactIndex? _exact;

    [Fact]
    public async Task What_is_deleted_leaves_the_memory_of_a_process_that_does_not_search()
    {
        var (model, client) = (await Library.ServeAsync("one"), Guid.CreateVersion7());
        using var index = Create();
        float[][] vectors = [.. Enumerable.Range(0, 100).Select(_ => Vector())];
        var id = await Library.AddAsync(client, model, "text", "{}", vectors);
        await index.SearchAsync(new(client, model, Vector(), 1, null), CancellationToken.None);
        index.Bytes.ShouldBeGreaterThan(0);

        await Library.Store.DeleteAsync(client, id, CancellationToken.None);
        await index.RefreshAsync(CancellationToken.None);

        index.Bytes.ShouldBe(0);
    }

    [Fact]
    public async Task Clients_that_searched_longest_ago_leave_a_full_memory()
    {
        const int Dimensions = 1_024; // A block of 4,096 is 16 MB, as much as there may be.
        var random = new Random(9);
        using var index = Create(megabytes: 16);
        var model = await Library.Models.ServeAsync(new("wide", null, Dimensions), CancellationToken.None);
        foreach (var client in (Guid[])[Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7()])
        {
            var vector = Library.RandomVector(random, Dimensions);
            await Library.AddAsync(client, model, "text", "{}", vector);
            (await index.SearchAsync(new(client, model, vector, 1, null), CancellationToken.None)).ShouldHaveSingleItem();
            index.Bytes.ShouldBeInRange(1, 17 * 1_024 * 1_024);
        }
    }

    protected override void Close() => _exact?.Dispose();

    protected override Task<IVectorIndex> CreateAsync(int modelId) => Task.FromResult<IVectorIndex>(_exact = Create());

    private ExactIndex Create(int megabytes = 1_024) => new(
        Database.DataSource, Options.Create(new SearchOptions { MemoryMegabytesMax = megabytes }), TimeProvider.System, NullLogger<ExactIndex>.Instance);
}
