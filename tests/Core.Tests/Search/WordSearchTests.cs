using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Documents;
using Pipeline.Core.Search;
using Pipeline.Core.Tests.Documents;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Search;

public sealed class WordSearchTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
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

    [Theory]
    [InlineData("He said “memory” loudly", "memory")]
    [InlineData("hello\u00a0memory", "memory")]
    [InlineData("fast—memory", "memory")]
    [InlineData("the server’s memory", "server")]
    [InlineData("•memory", "memory")]
    [InlineData("（memory）", "memory")]
    [InlineData("\ufeffmemory first", "memory")]
    [InlineData("€100 price", "100")]
    [InlineData("Docker™ engine", "docker")]
    [InlineData("data\u00adbase", "database")]
    [InlineData("DB를 매일 백업한다.", "DB")]
    [InlineData("PostgreSQL에서 인덱스를 만든다.", "PostgreSQL")]
    [InlineData("REST API는 상태가 없다.", "API")]
    [InlineData("Docker는 컨테이너를 실행한다.", "Docker가")]
    [InlineData("서버 포트는 5432이다.", "5432")]
    [InlineData("3월에 출시했다.", "3월")]
    [InlineData("500MB의 공간", "500MB")]
    [InlineData("최신Docker", "Docker")]
    [InlineData("나는 책을 읽었다.", "책")]
    [InlineData("물을 많이 마셨다.", "물은")]
    [InlineData("약은 식후에 먹는다.", "약")]
    [InlineData("비가 많이 온다.", "비 오는 날")]
    [InlineData("Ünïcode ÉCOLE", "école")]
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

    [Fact]
    public async Task The_locale_of_the_server_changes_nothing()
    {
        string[] texts = ["He said “MEMORY”—fast", "DB를 5432이다. Ünïcode ÉCOLE déjà", "Ελλάδα РУССКИЙ", "foo-bar me@example.org https://example.org/a?b=c 1.5"];
        List<string> compared = [];
        foreach (var locale in (string[])["C", "C.UTF-8", "en_US.UTF-8", "ko_KR.UTF-8"])
        {
            var name = $"locale_{Guid.CreateVersion7():N}";
            await using var connection = await database.DataSource.OpenConnectionAsync(Token);
            try
            {
                await connection.ExecuteAsync($"create database {name} template template0 encoding 'UTF8' lc_collate '{locale}' lc_ctype '{locale}'");
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.WrongObjectType)
            {
                continue; // Not every machine has every locale; all have the first two.
            }

            await using (var other = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = name, Pooling = false }))
            {
                foreach (var text in texts)
                {
                    (await LexemesAsync(other, text)).ShouldBe(await LexemesAsync(database.DataSource, text), $"{locale}: {text}");
                }
            }

            await connection.ExecuteAsync($"drop database {name} with (force)");
            compared.Add(locale);
        }

        compared.Count.ShouldBeGreaterThanOrEqualTo(2);
    }

    private static async Task<string> LexemesAsync(NpgsqlDataSource server, string text)
    {
        await using var connection = await server.OpenConnectionAsync(Token);
        return (await connection.ExecuteScalarAsync<string>("select to_tsvector('english', @Words)::text", new { Words = SearchTerms.Words(text) }))!;
    }

    private Task<Found> SearchAsync(Guid client, string text, int? perDocument = null) =>
        new HybridSearch(database.DataSource, vectors: null!, Options.Create(new SearchOptions { WordCandidatesMax = 100 }))
            .SearchAsync(new() { ClientId = client, Text = text, Limit = 10, Mode = SearchMode.Words, PerDocument = perDocument }, null, Token);
}
