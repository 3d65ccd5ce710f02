using Dapper;
using Pipeline.Core.Documents;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Documents;

public sealed class DocumentStoreTests : IAsyncLifetime
{
    private static readonly Random Random = new(7);

    private readonly PostgresDatabase _database = new();
    private readonly Guid _client = Guid.CreateVersion7();

    private Library Library => field ??= new(_database);

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Deleting_takes_chunks_and_vectors_along()
    {
        var model = await Library.ServeAsync("one");
        var id = await Library.AddAsync(_client, model, "text", "{}", Library.RandomVector(Random));

        (await Library.Store.DeleteAsync(_client, id, CancellationToken.None)).ShouldBeTrue();

        (await ScalarAsync("select count(*) from chunks")).ShouldBe(0);
        (await Library.Store.CountAsync(_client, CancellationToken.None)).ShouldBe(0);
        (await Library.Store.DeleteAsync(_client, id, CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_worker_that_is_late_writes_nothing_of_a_deleted_document()
    {
        var model = await Library.ServeAsync("one");
        var id = await Library.AddAsync(_client);
        await Library.Store.DeleteAsync(_client, id, CancellationToken.None);

        (await Library.EmbedAsync(id, model, "text", Library.RandomVector(Random))).ShouldBeFalse();

        (await ScalarAsync("select count(*) from chunks")).ShouldBe(0);
    }

    [Fact]
    public async Task Others_neither_read_nor_delete_a_document()
    {
        var id = await Library.AddAsync(_client);
        var stranger = Guid.CreateVersion7();

        (await Library.Store.FindAsync(stranger, id, CancellationToken.None)).ShouldBeNull();
        (await Library.Store.ListAsync(stranger, null, 10, CancellationToken.None)).ShouldBeEmpty();
        (await Library.Store.DeleteAsync(stranger, id, CancellationToken.None)).ShouldBeFalse();
        (await Library.Store.FindAsync(_client, id, CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Another_model_gets_every_document_once_and_takes_the_place_of_the_first()
    {
        var first = await Library.ServeAsync("one");
        var id = await Library.AddAsync(_client, first, "text", "{}", Library.RandomVector(Random), Library.RandomVector(Random));
        var second = await Library.ServeAsync("two");

        (await ReembedAsync()).ShouldBe(1);
        (await ReembedAsync()).ShouldBe(0);
        (await Library.Store.FindAsync(_client, id, CancellationToken.None))!.State.ShouldBe(DocumentState.Queued);
        (await ScalarAsync($"select count(*) from jobs where kind = 'document' and queue = 'document-bulk' and input->>'document_id' = '{id}'")).ShouldBe(1);
        (await ScalarAsync("select count(*) from dispatches")).ShouldBe(1);

        await Library.EmbedAsync(id, second, "text", Library.RandomVector(Random));
        (await ScalarAsync($"select count(*) from chunks where model_id = {first}")).ShouldBe(0);
        (await ScalarAsync($"select count(*) from chunks where model_id = {second}")).ShouldBe(1);
        (await ReembedAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Documents_of_the_model_in_use_are_left_alone()
    {
        var model = await Library.ServeAsync("one");
        await Library.AddAsync(_client, model, "text", "{}", Library.RandomVector(Random));
        (await Library.ServeAsync("one")).ShouldBe(model);

        (await ReembedAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task An_attempt_goes_on_where_another_ended()
    {
        var model = await Library.ServeAsync("one");
        var id = await Library.AddAsync(_client);
        var store = new ChunkStore(_database.DataSource);
        Chunk[] chunks = [.. Enumerable.Range(0, 3).Select(i => new Chunk(i, $"text {i}", 2, Library.RandomVector(Random)))];

        (await store.BeginAsync(id, model, 3, CancellationToken.None)).ShouldBeEmpty();
        await store.WriteAsync(id, model, title: null, chunks[..2], finishes: null, CancellationToken.None);

        var half = (await Library.Store.FindAsync(_client, id, CancellationToken.None))!;
        (half.Chunks, half.ChunksEmbedded, half.EmbeddedAt).ShouldBe((3, 2, null));
        (await store.BeginAsync(id, model, 3, CancellationToken.None)).ShouldBe([0, 1], ignoreOrder: true);

        // What is there already is left as it is.
        await store.WriteAsync(id, model, title: null, chunks[1..], finishes: 3, CancellationToken.None);
        (await ScalarAsync("select count(*) from chunks")).ShouldBe(3);
        (await Library.Store.FindAsync(_client, id, CancellationToken.None))!.ChunksEmbedded.ShouldBe(3);
    }

    private Task<int> ReembedAsync() => Library.Store.ReembedAsync(10, TimeProvider.System.GetUtcNow(), CancellationToken.None);

    private async Task<long> ScalarAsync(string sql)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql);
    }
}
