using System.Text.Json;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Documents;

public sealed class SearchTests(DocumentsApi api) : IClassFixture<DocumentsApi>
{
    [Fact]
    public async Task Korean_is_found_whatever_endings_its_words_have()
    {
        using var client = await api.NewClientAsync();
        await client.AddAsync("환불은 일주일 안에 처리됩니다.");
        await client.AddAsync("배송은 이틀이 걸립니다.");
        await client.AddAsync("The office opens at nine.");

        (await client.SearchAsync("환불을 받으려면 며칠이 걸리나요?", ""","mode":"words" """))[0].ShouldStartWith("환불은");
        (await client.SearchAsync("opening the offices", ""","mode":"words" """)).ShouldHaveSingleItem().ShouldStartWith("The office");
    }

    [Fact]
    public async Task A_text_is_nearest_to_itself()
    {
        using var client = await api.NewClientAsync();
        foreach (var text in (string[])["I got the job and I am so happy!", "The train was late again.", "오늘은 정말 힘든 하루였어."])
        {
            await client.AddAsync(text);
        }

        var answer = await client.PostAsync("/api/search", """{"query":"The train was late again.","mode":"vectors","k":3}""");

        var first = answer.Json.GetProperty("results")[0];
        first.GetProperty("text").GetString().ShouldBe("The train was late again.");
        first.GetProperty("similarity").GetDouble().ShouldBe(1, 1e-3);
        answer.Json.GetProperty("results").GetArrayLength().ShouldBe(3);
        answer.Json.GetProperty("model").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_filter_and_k_bound_what_is_found()
    {
        using var client = await api.NewClientAsync();
        await client.AddAsync("Shoes cost fifty.", metadata: new { team = "shop", tags = new[] { "price" } });
        await client.AddAsync("Shoes are tested.", metadata: new { team = "lab" });

        (await client.SearchAsync("shoes", ""","filter":{"team":"lab"}""")).ShouldHaveSingleItem().ShouldBe("Shoes are tested.");
        (await client.SearchAsync("shoes", ""","filter":{"tags":["price"]}""")).ShouldHaveSingleItem().ShouldBe("Shoes cost fifty.");
        (await client.SearchAsync("shoes", ""","k":1""")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_long_document_leaves_room_for_others_and_a_word_of_too_many_chunks_is_told()
    {
        using var client = await api.NewClientAsync();
        var entries = Enumerable.Range(0, 1_600).Select(i => $"Entry {i} of the ledger says that {i * 7} crates of tea came in.");
        var isLong = await client.AddAsync(string.Join(' ', entries));
        isLong.Json.GetProperty("chunks").GetInt32().ShouldBeGreaterThan(100);
        string[] small = ["The ledger of the school.", "A ledger for the choir.", "Nobody found the third ledger."];
        foreach (var text in small)
        {
            await client.AddAsync(text);
        }

        (await client.SearchAsync("Entry 5 of the ledger", ""","per_document":2,"k":10""")).Count.ShouldBe(5);
        (await client.SearchAsync("Entry 5 of the ledger", ""","per_document":2,"k":10,"mode":"vectors" """)).Count.ShouldBe(5);
        (await client.SearchAsync("Entry 5 of the ledger", ""","k":20,"mode":"vectors" """)).Intersect(small).ShouldBeEmpty();
        var cut = await client.PostAsync("/api/search", """{"query":"ledger","mode":"words"}""");
        cut.Json.GetProperty("words_cut").GetBoolean().ShouldBeTrue();
        (await client.PostAsync("/api/search", """{"query":"choir","mode":"words"}""")).Json.TryGetProperty("words_cut", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_passage_of_two_documents_comes_once_and_names_the_other()
    {
        using var client = await api.NewClientAsync();
        var first = (await client.AddAsync("The lighthouse keeper sleeps at noon.")).Id;
        var again = await client.AddAsync("The lighthouse keeper sleeps at noon.");
        await client.AddAsync("The lighthouse is white.");

        var results = (await client.PostAsync("/api/search", """{"query":"lighthouse keeper"}""")).Json.GetProperty("results");

        again.Json.GetProperty("duplicate_of").GetString().ShouldBe(first);
        results.EnumerateArray().Select(result => result.GetProperty("text").GetString()).ShouldBe(["The lighthouse keeper sleeps at noon.", "The lighthouse is white."]);
        string[] named = [results[0].GetProperty("document_id").GetString()!, results[0].GetProperty("also_in")[0].GetString()!];
        named.ShouldBe([first, again.Id], ignoreOrder: true);
        results[0].GetProperty("also_in").GetArrayLength().ShouldBe(1);
        results[1].TryGetProperty("also_in", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("메모리는 휘발성이다.", "\u1106\u1166\u1106\u1169\u1105\u1175")]
    [InlineData("\u1106\u1166\u1106\u1169\u1105\u1175는 휘발성이다.", "메모리")]
    public async Task A_decomposed_query_or_document_is_found_as_a_composed_one(string text, string query)
    {
        using var client = await api.NewClientAsync();
        await client.AddAsync(text);
        await client.AddAsync("The office opens at nine.");

        (await client.SearchAsync(query, ""","mode":"words" """)).ShouldHaveSingleItem().ShouldBe("메모리는 휘발성이다.");
        (await client.SearchAsync(query, ""","mode":"vectors" """))[0].ShouldBe("메모리는 휘발성이다.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_filter_finds_metadata_of_the_other_form(bool isFilterDecomposed)
    {
        const string Composed = "{\"이름\":\"홍길동\"}";
        const string Decomposed = "{\"\u110b\u1175\u1105\u1173\u11b7\":\"\u1112\u1169\u11bc\u1100\u1175\u11af\u1103\u1169\u11bc\"}";
        using var client = await api.NewClientAsync();
        var (metadata, filter) = isFilterDecomposed ? (Composed, Decomposed) : (Decomposed, Composed);
        await client.PostAsync("/api/documents", $$"""{"text":"A case of names","metadata":{{metadata}}}""", ("Prefer", "wait=60"));
        await client.AddAsync("A case of others");

        (await client.SearchAsync("case", $$""","filter":{{filter}}""")).ShouldHaveSingleItem().ShouldBe("A case of names");
    }

    [Theory]
    [InlineData("that's a \\\\ \\\"quote\\\" & | ! ( ) <-> :*")]
    [InlineData("'")]
    [InlineData("the and of")]
    [InlineData("😀")]
    public async Task Any_query_is_a_query(string query)
    {
        using var client = await api.NewClientAsync();
        await client.AddAsync("Some words.");
        (await client.PostAsync("/api/search", $$"""{"query":"{{query}}"}""")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("""{"query":" "}""", "query", "is empty")]
    [InlineData("""{}""", "query", "is required")]
    [InlineData("""{"query":"a","k":0}""", "k", "from 1 to 100")]
    [InlineData("""{"query":"a","k":1.5}""", "k", "from 1 to 100")]
    [InlineData("""{"query":"a","mode":"magic"}""", "mode", "hybrid, vectors, words")]
    [InlineData("""{"query":"a","filter":[1]}""", "filter", "expected an object")]
    [InlineData("""{"query":"a","filter":{"b":1e-20000}}""", "filter.b", "more than 16383 decimals")]
    [InlineData("""{"query":"a","filter":{"b":1e200000}}""", "filter.b", "above 1.7e308")]
    [InlineData("""{"query":"a","per_document":0}""", "per_document", "from 1 to 100")]
    public async Task Bad_input_is_told_by_field(string body, string field, string message)
    {
        using var client = await api.NewClientAsync();
        (await client.PostAsync("/api/search", body)).ShouldBlame(field, message);
    }

    [Fact]
    public async Task A_query_that_is_too_long_is_told_its_limit()
    {
        using var client = await api.NewClientAsync();
        (await client.PostAsync("/api/search", $$"""{"query":"{{new string('a', 2_001)}}"}""")).ShouldBlame("query", "Search:QueryLengthMax");
    }

    [Fact]
    public async Task Another_API_process_knows_of_a_change_at_once()
    {
        var database = new PostgresDatabase();
        await database.InitializeAsync();
        await using var first = await ApiHost.StartAsync(database.ConnectionString, WithWorker, Settings);
        await using var second = await ApiHost.StartAsync(database.ConnectionString, WithWorker, Settings);
        using var here = first.Client();
        using var there = second.Client();

        (await there.SearchAsync("zebra")).ShouldBeEmpty();
        var id = (await here.AddAsync("The zebra stands in the garden.")).Id;
        (await there.SearchAsync("zebra")).ShouldHaveSingleItem();
        await here.DeleteAsync($"/api/documents/{id}");
        (await there.SearchAsync("zebra")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_worker_words_are_found_and_the_answer_says_so()
    {
        var database = new PostgresDatabase();
        await database.InitializeAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Search:EmbedTimeout", "00:00:00.100"));
        using var client = host.Client();

        var answer = await client.PostAsync("/api/search", """{"query":"zebra"}""");

        answer.Status.ShouldBe(200);
        answer.Json.GetProperty("degraded").GetString()!.ShouldContain("only words were compared");
        answer.Json.TryGetProperty("model", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("환불은 며칠 안에 되나요?", null, "ko")]
    [InlineData("When is my money given back?", null, null)]
    [InlineData("PL-4711", null, null)]
    [InlineData("환불은 며칠 안에 되나요?", "vectors", null)]
    public async Task A_query_in_a_language_that_the_model_was_not_made_for_is_looked_for_by_its_words(string query, string? mode, string? foreign)
    {
        var database = new PostgresDatabase();
        await database.InitializeAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, WithWorker, [.. Settings, ("Search:Languages:0", "en")]);
        using var client = host.Client();
        await client.AddAsync("환불은 일주일 안에 처리됩니다. PL-4711");

        var answer = await client.PostAsync("/api/search", JsonSerializer.Serialize(new { query, mode = mode ?? "hybrid" }));

        (answer.Json.TryGetProperty("foreign_language", out var language) ? language.GetString() : null).ShouldBe(foreign);
        answer.Json.TryGetProperty("model", out _).ShouldBe(foreign is null);
        answer.Json.TryGetProperty("degraded", out _).ShouldBeFalse(answer.Json.ToString());
        answer.Json.GetProperty("results").GetArrayLength().ShouldBe(1);
    }

    private static readonly (string, string)[] Settings = [("Inference:Threads", "1"), ("Inference:CheckMemory", "false"), ("Search:EmbedTimeout", "00:01:00")];

    private static void WithWorker(Core.Hosting.PipelineBuilder pipeline) => Workers.Embedding.EmbeddingWorkerRole.AddEmbeddingWorker(pipeline);
}
