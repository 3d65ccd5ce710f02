using Microsoft.Extensions.Options;
using Pipeline.Core.Documents;
using Pipeline.Core.Search;
using Pipeline.Core.Tests.Documents;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Search;

public sealed class WordSearchTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    /// <summary>A text, and a query that finds it.</summary>
    public static TheoryData<string, string> Texts { get; } = new()
    {
        { "He said “memory” loudly", "memory" },
        { "hello\u00a0memory", "memory" },
        { "fast—memory", "memory" },
        { "the server’s memory", "server" },
        { "•memory", "memory" },
        { "（memory）", "memory" },
        { "\ufeffmemory first", "memory" },
        { "€100 price", "100" },
        { "Docker™ engine", "docker" },
        { "data\u00adbase", "database" },
        { "DB를 매일 백업한다.", "DB" },
        { "PostgreSQL에서 인덱스를 만든다.", "PostgreSQL" },
        { "REST API는 상태가 없다.", "API" },
        { "Docker는 컨테이너를 실행한다.", "Docker가" },
        { "서버 포트는 5432이다.", "5432" },
        { "3월에 출시했다.", "3월" },
        { "500MB의 공간", "500MB" },
        { "최신Docker", "Docker" },
        { "나는 책을 읽었다.", "책" },
        { "물을 많이 마셨다.", "물은" },
        { "약은 식후에 먹는다.", "약" },
        { "비가 많이 온다.", "비 오는 날" },
        { "Ünïcode ÉCOLE", "école" },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_rarest_word_decides_which_candidates_are_compared_and_a_cut_is_told()
    {
        var library = new Library(database);
        var (client, model) = (Guid.CreateVersion7(), await library.ServeAsync("rare"));
        var document = await library.AddAsync(client);
        Chunk[] chunks = [.. Enumerable.Range(0, 400).Select(i => new Chunk(i, i is 399 ? "A number that says zyzzyva" : $"Chunk number {i}", 5, [1, 0]))];
        await new ChunkStore(database.DataSource).WriteAsync(document, model, title: null, chunks, chunks.Length, Token);

        var rare = await SearchAsync(client, "number zyzzyva");
        rare.Chunks[0].Chunk.Ordinal.ShouldBe(399);
        rare.IsCut.ShouldBeTrue();
        (await SearchAsync(client, "zyzzyva")).IsCut.ShouldBeFalse();
        (await SearchAsync(client, "number", perDocument: 2)).Chunks.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_document_of_hundreds_of_chunks_leaves_room_for_small_ones()
    {
        var library = new Library(database);
        var (client, model) = (Guid.CreateVersion7(), await library.ServeAsync("rooms"));
        string[] small = ["A harbour, and many words that are not looked for at all", "Ships leave the old harbour", "The harbour of another town"];
        await WriteAsync(library, client, model, [.. Enumerable.Range(0, 400).Select(i => $"harbour harbour {i}")]);
        foreach (var text in small)
        {
            await WriteAsync(library, client, model, text);
        }

        var found = await SearchAsync(client, "harbour", perDocument: 2, candidatesMax: 1_000);

        found.Chunks.Count.ShouldBe(5);
        found.Chunks.Select(chunk => chunk.Chunk.Text).Where(text => !text.StartsWith("harbour", StringComparison.Ordinal)).ShouldBe(small, ignoreOrder: true);
    }

    [Fact]
    public async Task A_passage_that_many_documents_have_comes_once_and_names_them()
    {
        var library = new Library(database);
        var (client, model) = (Guid.CreateVersion7(), await library.ServeAsync("copies"));
        List<Guid> copies = [];
        foreach (var _ in Enumerable.Range(0, 80))
        {
            copies.Add(await WriteAsync(library, client, model, "orchard orchard"));
        }

        await WriteAsync(library, client, model, "An orchard, and many words that are not looked for at all");

        var found = await SearchAsync(client, "orchard", candidatesMax: 1_000);

        found.Chunks.Select(chunk => chunk.Chunk.Text[..2]).ShouldBe(["or", "An"]);
        copies.ShouldContain(found.Chunks[0].Chunk.DocumentId);
        found.Chunks[0].AlsoIn.ShouldBe(copies.Except([found.Chunks[0].Chunk.DocumentId]), ignoreOrder: true);
        found.Chunks[1].AlsoIn.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Words_are_found_whatever_stands_beside_them(string text, string query)
    {
        var library = new Library(database);
        var (client, model) = (Guid.CreateVersion7(), await library.ServeAsync("words"));
        var document = await library.AddAsync(client);
        await new ChunkStore(database.DataSource).WriteAsync(document, model, title: null, [new(0, text, 5, [1, 0])], 1, Token);

        (await SearchAsync(client, query)).Chunks.ShouldHaveSingleItem().Chunk.Text.ShouldBe(text);
    }

    [Fact]
    public async Task A_title_counts_in_both_alphabets_and_more_than_the_text()
    {
        var library = new Library(database);
        var (client, model) = (Guid.CreateVersion7(), await library.ServeAsync("titles"));
        foreach (var (title, text) in ((string?, string)[])[(null, "환불 규정 refund policy is elsewhere"), ("환불 규정 안내 Refund Policy", "구매 후 30일 안에 영수증과 함께 가져오시면 됩니다.")])
        {
            await new ChunkStore(database.DataSource).WriteAsync(await library.AddAsync(client), model, title, [new(0, text, 5, [1, 0])], 1, Token);
        }

        (await SearchAsync(client, "환불 규정")).Chunks.Select(chunk => chunk.Chunk.Text[..2]).ShouldBe(["구매", "환불"]);
        (await SearchAsync(client, "refund policy")).Chunks.Select(chunk => chunk.Chunk.Text[..2]).ShouldBe(["구매", "환불"]);
    }

    private async Task<Guid> WriteAsync(Library library, Guid client, int model, params string[] chunks)
    {
        var document = await library.AddAsync(client);
        await new ChunkStore(database.DataSource).WriteAsync(document, model, title: null, [.. chunks.Select((text, i) => new Chunk(i, text, 5, [1, 0]))], chunks.Length, Token);
        return document;
    }

    private Task<Found> SearchAsync(Guid client, string text, int? perDocument = null, int candidatesMax = 100) =>
        new HybridSearch(database.DataSource, vectors: null!, Options.Create(new SearchOptions { WordCandidatesMax = candidatesMax }))
            .SearchAsync(new() { ClientId = client, Text = text, Limit = 10, Mode = SearchMode.Words, PerDocument = perDocument }, null, Token);
}
