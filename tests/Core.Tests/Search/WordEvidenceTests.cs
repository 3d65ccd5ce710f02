using Microsoft.Extensions.Options;
using Pipeline.Core.Documents;
using Pipeline.Core.Search;
using Pipeline.Core.Tests.Documents;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Search;

public sealed class WordEvidenceTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_passage_has_the_share_of_the_questions_words_that_stand_in_it_rare_ones_more()
    {
        var library = new Library(database);
        var (client, model) = (Guid.CreateVersion7(), await library.ServeAsync("evidence"));
        string[] texts = ["the warranty lasts two years", "common words of a manual", "common words of another manual", "보증 기간은 2년이다"];
        var document = await library.AddAsync(client);
        await new ChunkStore(database.DataSource).WriteAsync(document, model, title: null, [.. texts.Select((text, i) => new Chunk(i, text, 5, [1, 0]))], texts.Length, TestContext.Current.CancellationToken);
        var found = await new HybridSearch(database.DataSource, vectors: null!, Options.Create(new SearchOptions()))
            .SearchAsync(new() { ClientId = client, Text = "warranty common words 보증", Limit = 10, Mode = SearchMode.Words }, null, TestContext.Current.CancellationToken);
        var ids = found.Chunks.ToDictionary(chunk => chunk.Chunk.Ordinal, chunk => chunk.Chunk.Id);

        (await OfAsync("How long is the warranty?", 0)).OfQuestion.ShouldBeInRange(0.35, 0.5); // "long" stands nowhere.
        (await OfAsync("warranty", 0)).OfQuestion.ShouldBe(1, 1e-9);
        (await OfAsync("warranty manual", 0)).OfQuestion.ShouldBeGreaterThan((await OfAsync("warranty manual", 1)).OfQuestion);
        (await OfAsync("warranty manual", 0)).RareWords.ShouldBeInRange(0.5, 1);
        (await OfAsync("보증은 어떻게 되나요?", 3)).OfQuestion.ShouldBeGreaterThan(0.4); // Not asked for: 어떻게 되나요.
        (await OfAsync("it's \\ a ' question", 0)).ShouldBe(new WordShare(0, 0, 4));
        (await OfAsync("?", 0)).ShouldBe(new WordShare(0, 0, 4));
        (await EvidenceOfAsync(Guid.CreateVersion7(), "warranty", ids[0])).ShouldBeEmpty();

        async Task<WordShare> OfAsync(string question, int ordinal) => (await EvidenceOfAsync(client, question, ids[ordinal]))[ids[ordinal]];
    }

    private Task<IReadOnlyDictionary<long, WordShare>> EvidenceOfAsync(Guid client, string question, long chunk) =>
        new WordEvidence(database.DataSource, Options.Create(new SearchOptions())).OfAsync(client, question, [chunk], TestContext.Current.CancellationToken);
}
