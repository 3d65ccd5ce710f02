using System.Text;

namespace Pipeline.Api.Tests.Documents;

public sealed class DocumentTests(DocumentsApi api) : IClassFixture<DocumentsApi>
{
    [Fact]
    public async Task An_accepted_document_says_where_it_is()
    {
        using var client = await api.NewClientAsync();
        var answer = await client.PostAsync("/api/documents", """{"text":"Some words.","title":"Words","metadata":{"b":1,"a":[true]}}""");

        answer.Status.ShouldBe(202);
        answer.Headers["Location"].ShouldBe($"/api/documents/{answer.Id}");
        answer.State.ShouldBe("queued");
        answer.Json.GetProperty("metadata").GetRawText().ShouldBe("""{"b":1,"a":[true]}""");
        answer.Json.GetProperty("links").GetProperty("job").GetString().ShouldBe($"/api/jobs/{answer.Id}");
        (await client.GetAsync($"/api/jobs/{answer.Id}")).Json.GetProperty("queue").GetString().ShouldBe("document-bulk");
    }

    [Fact]
    public async Task A_long_document_becomes_many_chunks_and_all_are_found()
    {
        using var client = await api.NewClientAsync();
        var text = new StringBuilder();
        for (var i = 0; i < 600; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"Sentence number {i} tells of item q{i}x and of nothing else at all. ");
        }

        var answer = await client.AddAsync(text.ToString());

        answer.Json.GetProperty("chunks").GetInt32().ShouldBeGreaterThan(64);
        answer.Json.GetProperty("progress").GetDouble().ShouldBe(1);
        (await client.SearchAsync("q599x", ""","k":1,"mode":"words" """)).ShouldHaveSingleItem().ShouldContain("q599x");
        (await client.SearchAsync("q377x", ""","k":1,"mode":"words" """)).ShouldHaveSingleItem().ShouldContain("q377x");
    }

    [Fact]
    public async Task A_page_made_to_be_expensive_is_answered_like_any_other_or_names_its_field()
    {
        using var client = await api.NewClientAsync();
        var open = "<p>" + string.Concat(Enumerable.Range(0, 1_500).Select(i => $"<b a{i}>")) + string.Concat(Enumerable.Repeat("<p>x", 1_500));

        (await client.PostAsync("/api/documents", $$"""{"format":"html","text":"{{open}}"}""")).Status.ShouldBe(202);
        (await client.PostAsync("/api/documents", $$"""{"format":"html","text":"{{string.Concat(Enumerable.Repeat("<b>", 100_001))}}"}"""))
            .ShouldBlame("text", "elements open at once");
        (await client.PostAsync("/api/documents", $$"""{"text":"a{{string.Concat(Enumerable.Repeat("\u0301", 202))}}"}""")).ShouldBlame("text", "combining marks");
    }

    [Fact]
    public async Task Words_with_soft_hyphens_are_found_and_hidden_ones_are_not()
    {
        using var client = await api.NewClientAsync();
        await client.AddAsync("<p>The data&shy;base is open.</p><p style=\"display:none\">The warranty is eternal.</p>", format: "html");

        (await client.SearchAsync("database", ""","mode":"words" """)).ShouldHaveSingleItem().ShouldBe("The database is open.");
        (await client.SearchAsync("warranty", ""","mode":"words" """)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deleted_document_is_gone_for_every_question()
    {
        using var client = await api.NewClientAsync();
        var id = (await client.AddAsync("The zebra stands in the garden.")).Id;
        (await client.SearchAsync("zebra")).ShouldHaveSingleItem();

        var answer = await client.DeleteAsync($"/api/documents/{id}");

        (answer.Status, answer.State).ShouldBe((200, "deleted"));
        (await client.SearchAsync("zebra")).ShouldBeEmpty();
        (await client.GetAsync($"/api/documents/{id}")).ShouldBeProblem(404, "document-not-found");
        (await client.DeleteAsync($"/api/documents/{id}")).ShouldBeProblem(404, "document-not-found");
        (await client.GetAsync("/api/documents")).Json.GetProperty("documents").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Documents_of_others_do_not_exist()
    {
        using var client = await api.NewClientAsync();
        using var stranger = await api.NewClientAsync();
        var id = (await client.AddAsync("The zebra stands in the garden.")).Id;

        (await stranger.SearchAsync("zebra")).ShouldBeEmpty();
        (await stranger.GetAsync($"/api/documents/{id}")).ShouldBeProblem(404, "document-not-found");
        (await stranger.DeleteAsync($"/api/documents/{id}")).ShouldBeProblem(404, "document-not-found");

        // Nor does a job that names one.
        var job = await stranger.PostAsync("/api/jobs", $$$"""{"kind":"document","input":{"document_id":"{{{id}}}"}}""", ("Prefer", "wait=60"));
        job.State.ShouldBe("failed");
        job.Json.GetProperty("error").GetProperty("message").GetString().ShouldBe($"Document {id} does not exist, or was deleted.");
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_is_the_same_document()
    {
        using var client = await api.NewClientAsync();
        const string Body = """{"text":"Only once."}""";
        var first = await client.PostAsync("/api/documents", Body, ("Idempotency-Key", "one"));
        var second = await client.PostAsync("/api/documents", Body, ("Idempotency-Key", "one"), ("Prefer", "wait=60"));

        second.Id.ShouldBe(first.Id);
        second.Headers["Idempotency-Replayed"].ShouldBe("true");
        (await client.PostAsync("/api/documents", """{"text":"Another."}""", ("Idempotency-Key", "one"))).ShouldBeProblem(422, "idempotency-key-reused");
        (await client.GetAsync("/api/documents")).Json.GetProperty("documents").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Pages_follow_each_other()
    {
        using var client = await api.NewClientAsync();
        for (var i = 0; i < 3; i++)
        {
            await client.PostAsync("/api/documents", $$"""{"text":"Text {{i}}.","title":"{{i}}"}""");
        }

        var first = await client.GetAsync("/api/documents?limit=2");
        var second = await client.GetAsync(first.Json.GetProperty("links").GetProperty("next").GetString()!);

        first.Json.GetProperty("documents").EnumerateArray().Select(Title).ShouldBe(["2", "1"]);
        second.Json.GetProperty("documents").EnumerateArray().Select(Title).ShouldBe(["0"]);
        second.Json.GetProperty("links").TryGetProperty("next", out _).ShouldBeFalse();

        static string? Title(System.Text.Json.JsonElement document) => document.GetProperty("title").GetString();
    }

    [Theory]
    [InlineData("""{"text":" "}""", "text", "is empty")]
    [InlineData("""{"title":"x"}""", "text", "is required")]
    [InlineData("""{"text":"a","format":"pdf"}""", "format", "send one of text, markdown, html, csv")]
    [InlineData("""{"text":"<script>a</script>","format":"html"}""", "text", "has no words")]
    [InlineData("""{"text":"a","metadata":[]}""", "metadata", "expected an object")]
    [InlineData("""{"text":"a","metadata":{"a":1e-20000}}""", "metadata.a", "more than 16383 decimals")]
    [InlineData("""{"text":"a","metadata":{"a":{"b":0e-999999999999}}}""", "metadata.a.b", "send it as a string")]
    [InlineData("""{"text":"a","metadata":{"n":[1e999]}}""", "metadata.n[0]", "send it as a string")]
    [InlineData("""{"text":"a","text2":"b"}""", "text2", "is not a known field")]
    public async Task Bad_input_is_told_by_field(string body, string field, string message)
    {
        using var client = await api.NewClientAsync();
        (await client.PostAsync("/api/documents", body)).ShouldBlame(field, message);
    }

    [Fact]
    public async Task Too_much_is_told_with_its_limit()
    {
        using var client = await api.NewClientAsync();
        (await client.PostAsync("/api/documents", $$"""{"text":"{{new string('a', 1_048_577)}}"}""")).ShouldBlame("text", "Documents:BytesMax");
        (await client.PostAsync("/api/documents", $$$"""{"text":"a","metadata":{"m":"{{{new string('a', 4_096)}}}"}}""")).ShouldBlame("metadata", "Documents:MetadataBytesMax");
        (await client.PostAsync("/api/documents", $$"""{"text":"a","title":"{{new string('a', 501)}}"}""")).ShouldBlame("title", "at most 500");
    }

    [Fact]
    public async Task A_page_is_found_by_its_words_and_keeps_its_title()
    {
        using var client = await api.NewClientAsync();
        var answer = await client.AddAsync("<title>배송 안내</title><h1>배송</h1><p>주문하신 상품은 이틀 안에 도착합니다.</p><script>zebra</script>", format: "html");

        answer.Json.GetProperty("title").GetString().ShouldBe("배송 안내");
        (await client.SearchAsync("상품이 언제 도착하나요?")).ShouldHaveSingleItem().ShouldBe("# 배송\n주문하신 상품은 이틀 안에 도착합니다.");
        (await client.SearchAsync("zebra", ""","mode":"words" """)).ShouldBeEmpty();
    }
}
