using System.Text;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Documents;

public sealed class DocumentKeyTests(DocumentsApi api) : IClassFixture<DocumentsApi>
{
    [Fact]
    public async Task A_document_takes_the_place_of_the_one_under_its_key()
    {
        using var client = await api.NewClientAsync();
        var first = await PutAsync(client, "shop%2Freturns.md", """{"text":"The zebra was here."}""");
        var second = await PutAsync(client, "shop%2Freturns.md", """{"text":"The giraffe is here."}""");

        (first.Status, second.Status).ShouldBe((200, 200));
        second.Json.GetProperty("key").GetString().ShouldBe("shop/returns.md");
        (await client.SearchAsync("zebra giraffe", ""","mode":"words" """)).ShouldHaveSingleItem().ShouldBe("The giraffe is here.");
        (await client.GetAsync($"/api/documents/{first.Id}")).ShouldBeProblem(404, "document-not-found");
        (await client.GetAsync($"/api/jobs/{first.Id}")).ShouldBeProblem(404, "job-not-found");
        (await client.GetAsync("/api/documents/by-key/shop%2Freturns.md")).Id.ShouldBe(second.Id);
        (await client.GetAsync("/api/documents")).Json.GetProperty("documents").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task To_put_the_same_again_changes_nothing()
    {
        using var client = await api.NewClientAsync();
        const string Body = """{"text":"As it is.","title":"T","metadata":{"a":1,"b":2}}""";
        var first = await PutAsync(client, "same", Body);
        var second = await PutAsync(client, "same", """{"metadata":{"b":2,"a":1},"title":"T","text":"As it is."}""");
        var third = await PutAsync(client, "same", """{"text":"As it is.","title":"U","metadata":{"a":1,"b":2}}""");

        (second.Id, second.Status, second.Json.GetProperty("unchanged").GetBoolean()).ShouldBe((first.Id, 200, true));
        third.Id.ShouldNotBe(first.Id);
        third.Json.TryGetProperty("duplicate_of", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Keys_of_others_are_others()
    {
        using var client = await api.NewClientAsync();
        using var stranger = await api.NewClientAsync();
        var own = await PutAsync(client, "mine", """{"text":"Mine."}""");
        await PutAsync(stranger, "mine", """{"text":"Theirs."}""");

        (await client.GetAsync("/api/documents/by-key/mine")).Id.ShouldBe(own.Id);
        (await stranger.DeleteAsync("/api/documents/by-key/mine")).State.ShouldBe("deleted");
        (await stranger.GetAsync("/api/documents/by-key/mine")).ShouldBeProblem(404, "document-not-found");
        (await client.GetAsync("/api/documents/by-key/mine")).State.ShouldBe("ready");
        (await client.GetAsync("/api/documents/by-key/" + new string('k', 201))).ShouldBlame("key", "1 to 200");
    }

    [Fact]
    public async Task One_that_fails_leaves_the_one_before_in_its_place()
    {
        using var client = await api.NewClientAsync();
        var good = await PutAsync(client, "k", """{"text":"The zebra stays."}""");

        // 78,000 tokens: few enough for 400 chunks that are full, and more than 400 as they are cut.
        var failed = await PutAsync(client, "k", $$"""{"text":"{{string.Concat(Enumerable.Repeat("walrus ", 26_000))}}"}""");

        failed.State.ShouldBe("failed", failed.Text);
        (await client.SearchAsync("zebra", ""","mode":"words" """)).ShouldHaveSingleItem();
        (await PutAsync(client, "k", """{"text":"The heron comes."}""")).State.ShouldBe("ready");
        (await client.SearchAsync("zebra walrus heron", ""","mode":"words" """)).ShouldHaveSingleItem().ShouldBe("The heron comes.");
        (await client.GetAsync($"/api/documents/{good.Id}")).ShouldBeProblem(404, "document-not-found");
        (await client.GetAsync("/api/documents")).Json.GetProperty("documents").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Text_and_chunks_are_read_back_page_by_page()
    {
        using var client = await api.NewClientAsync();
        using var stranger = await api.NewClientAsync();
        var text = string.Concat(Enumerable.Range(0, 100).Select(i => $"Sentence number {i} tells of item q{i}x and of nothing else. "));
        var id = (await client.AddAsync(text)).Id;

        (await client.GetAsync($"/api/documents/{id}/text")).Json.GetProperty("text").GetString().ShouldBe(text);
        var first = await client.GetAsync($"/api/documents/{id}/chunks?limit=2");
        var second = await client.GetAsync(first.Json.GetProperty("links").GetProperty("next").GetString()!);

        first.Json.GetProperty("chunks").EnumerateArray().Select(Place).ShouldBe([0, 1]);
        second.Json.GetProperty("chunks").EnumerateArray().Select(Place).ShouldBe([2, 3]);
        first.Json.GetProperty("chunks")[0].GetProperty("text").GetString().ShouldStartWith("Sentence number 0");
        (await stranger.GetAsync($"/api/documents/{id}/text")).ShouldBeProblem(404, "document-not-found");
        (await stranger.GetAsync($"/api/documents/{id}/chunks")).ShouldBeProblem(404, "document-not-found");
        (await client.GetAsync($"/api/documents/{id}/chunks?limit=0")).ShouldBlame("limit", "whole number from 1");

        static int Place(System.Text.Json.JsonElement chunk) => chunk.GetProperty("chunk").GetInt32();
    }

    private static Task<Answer> PutAsync(ApiClient client, string key, string json) =>
        client.SendAsync(HttpMethod.Put, $"/api/documents/by-key/{key}", ApiClient.Json(Encoding.UTF8.GetBytes(json)), ("Prefer", "wait=60"));
}
