using Dapper;
using Microsoft.Extensions.Options;
using Pipeline.Core.Documents;
using Pipeline.Core.Search;
using Pipeline.Core.Tests.Documents;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Search;

/// <summary>The same words are found whatever locale the database has: what is a letter, and which word sorts first, depends on it there.</summary>
public sealed class LocaleTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly string[] Odd = ["He said “MEMORY”—fast", "DB를 5432이다. Ünïcode ÉCOLE déjà", "Ελλάδα РУССКИЙ", "foo-bar me@example.org https://example.org/a?b=c 1.5"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("C")]
    [InlineData("C.UTF-8")]
    [InlineData("en_US.UTF-8")]
    [InlineData("ko_KR.UTF-8")]
    public async Task The_locale_of_the_database_changes_nothing(string locale)
    {
        await using var other = await PostgresDatabase.CreateAsync(locale);
        if (other is null)
        {
            // ./test makes all of them where it may, and PostgreSQL has the first two everywhere.
            $"C C.UTF-8 {Environment.GetEnvironmentVariable("PIPELINE_TEST_LOCALES")}".Split(' ').ShouldNotContain(locale);
            TestContext.Current.AddWarning($"Not tested: the server does not have the locale {locale}.");
            return;
        }

        foreach (var text in Odd)
        {
            (await LexemesAsync(other, text)).ShouldBe(await LexemesAsync(database, text), text);
        }

        var (expected, found) = (await FindAllAsync(database), await FindAllAsync(other));
        foreach (var (query, texts) in expected)
        {
            found[query].ShouldBe(texts, query);
        }
    }

    private static async Task<string> LexemesAsync(PostgresDatabase database, string text)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        return (await connection.ExecuteScalarAsync<string>("select to_tsvector('english', @Words)::text", new { Words = SearchTerms.Words(text) }))!;
    }

    /// <summary>What every query finds among all texts, the best first.</summary>
    private static async Task<Dictionary<string, string[]>> FindAllAsync(PostgresDatabase database)
    {
        var library = new Library(database);
        var (client, model) = (Guid.CreateVersion7(), await library.ServeAsync("locale"));
        var pairs = WordSearchTests.Texts.Select(row => (Text: row.Data.Item1, Query: row.Data.Item2)).ToArray();

        // More words than are looked for, many of the same length: which ones are left out depends on their order.
        var tooMany = string.Join(' ', Enumerable.Range(0, 40).SelectMany(i => new[] { $"A{(char)('a' + (i % 26))}{i:00}", $"é{(char)('A' + (i % 26))}{i:00}" }));
        string[] texts = [.. pairs.Select(pair => pair.Text), .. tooMany.Split(' ')];
        foreach (var text in texts)
        {
            await new ChunkStore(database.DataSource).WriteAsync(await library.AddAsync(client), model, title: $"제목 “{text[..1]}”", [new(0, text, 5, [1, 0])], 1, Token);
        }

        Dictionary<string, string[]> found = [];
        foreach (var query in pairs.Select(pair => pair.Query).Append(tooMany).Distinct())
        {
            var answer = await new HybridSearch(database.DataSource, vectors: null!, Options.Create(new SearchOptions()))
                .SearchAsync(new() { ClientId = client, Text = query, Limit = 100, Mode = SearchMode.Words }, null, Token);
            answer.Chunks.ShouldNotBeEmpty(query);
            found[query] = [.. answer.Chunks.Select(chunk => chunk.Chunk.Text)];
        }

        return found;
    }
}
