using System.Net;
using System.Text;
using Pipeline.Client.Tests.Wire;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Client.Tests.Documents;

public sealed class DocumentTests(PipelineServer server)
{
    private const string Returns = "Goods can be returned within thirty days of their delivery. The money is back after a week.";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_document_is_found_with_its_metadata_once_it_is_ready()
    {
        var team = $"{Guid.CreateVersion7()}";
        var ready = await AddAsync(team);

        var found = await server.Client.Documents.SearchAsync(new() { Text = Returns, ResultsMax = 3, PerDocumentMax = 1, Filter = new() { ["team"] = team } }, Cancellation);

        (ready.IsReady, ready.Title, ready.Format, ready.Chunks, ready.Progress).ShouldBe((true, "Returns", "text", 1, 1));
        ready.Metadata.GetProperty("team").GetString().ShouldBe(team);
        var chunk = found.Results.ShouldHaveSingleItem();
        (chunk.DocumentId, chunk.Text, chunk.Title).ShouldBe((ready.Id, Returns, "Returns"));
        chunk.Metadata.GetProperty("team").GetString().ShouldBe(team);
    }

    [Fact]
    public async Task A_question_is_answered_with_the_passages_it_was_answered_from()
    {
        var team = $"{Guid.CreateVersion7()}";
        var document = await AddAsync(team);

        var answer = await server.Client.Documents.AskAsync(new() { Text = Returns, TokensMax = 8, Filter = new() { ["team"] = team } }, Cancellation);

        answer.Known.ShouldBeTrue();
        answer.Answer.ShouldNotBeNull();
        answer.Sources.ShouldHaveSingleItem().Found.DocumentId.ShouldBe(document.Id);
        answer.Job!.IsFinal.ShouldBeTrue();
    }

    [Fact]
    public async Task Where_nothing_is_near_no_model_is_asked()
    {
        var answer = await server.Client.Documents.AskAsync(new() { Text = Returns, Filter = new() { ["team"] = $"{Guid.CreateVersion7()}" } }, Cancellation);

        (answer.Known, answer.Sources.Count, answer.Job).ShouldBe((false, 0, null));
        answer.Answer.ShouldNotBeNull();
    }

    [Fact]
    public async Task Documents_are_listed_newest_first_and_a_deleted_one_is_gone()
    {
        var first = await AddAsync("one");
        var second = await AddAsync("two");

        List<Guid> listed = [];
        await foreach (var document in server.Client.Documents.ListAsync(Cancellation))
        {
            listed.Add(document.Id);
        }

        await server.Client.Documents.DeleteAsync(first.Id, Cancellation);

        listed.Where(id => id == first.Id || id == second.Id).ShouldBe([second.Id, first.Id]);
        var gone = await Should.ThrowAsync<PipelineException>(() => server.Client.Documents.GetAsync(first.Id, Cancellation));
        (gone.Status, gone.Problem!.Name).ShouldBe((HttpStatusCode.NotFound, "document-not-found"));
    }

    [Fact]
    public async Task A_file_is_put_under_a_key_read_back_put_again_and_deleted()
    {
        var key = $"handbook/{Guid.CreateVersion7()}";
        NewFile file = new() { Content = Encoding.UTF8.GetBytes(Returns), Name = "returns.txt", Metadata = new() { ["team"] = key }, User = "u-7" };
        var documents = server.Client.Documents;

        var put = await documents.PutFileAsync(key, file, Cancellation);
        var ready = await documents.WaitAsync(put.Id, Cancellation);
        (ready.IsReady, ready.Key, ready.Title, ready.Metadata.GetProperty("team").GetString()).ShouldBe((true, key, "returns", key));
        var again = await documents.PutFileAsync(key, file, Cancellation);
        (again.Id, again.Unchanged).ShouldBe((put.Id, true));
        (await documents.ReadTextAsync(put.Id, Cancellation)).Text.ShouldBe(Returns);
        (await documents.ListChunksAsync(put.Id, Cancellation).ToListAsync(Cancellation)).ShouldHaveSingleItem().Text.ShouldBe(Returns);

        var replaced = await documents.PutAsync(key, new() { Title = "Closed", Text = "The shop is closed." }, Cancellation);
        await documents.WaitAsync(replaced.Id, Cancellation);
        (await documents.GetAsync(key, Cancellation)).Title.ShouldBe("Closed");

        await documents.DeleteAsync(key, Cancellation);
        (await Should.ThrowAsync<PipelineException>(() => documents.GetAsync(key, Cancellation))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_says_why()
    {
        NewFile file = new() { Content = new byte[600], Name = "zeros.pdf" };

        var refused = await Should.ThrowAsync<PipelineException>(() => server.Client.Documents.AddFileAsync(file, Cancellation));

        (refused.Status, refused.Problem!.Name).ShouldBe((HttpStatusCode.UnprocessableEntity, "document-unreadable"));
    }

    [Fact]
    public async Task Every_try_of_a_file_is_the_whole_form_with_the_same_key()
    {
        using ScriptedServer scripted = new();
        using var client = scripted.Connect(new() { Time = new InstantTime() });
        scripted.ThenBreak().Then(202, """{"id":"019a9c1e-7f00-7000-8000-000000000000","state":"queued"}""");

        await client.Documents.AddFileAsync(new() { Content = "words of a file"u8.ToArray(), Name = "a.txt", ExpiresAt = DateTimeOffset.UnixEpoch }, Cancellation);

        scripted.Requests.Select(request => request.Headers["Idempotency-Key"]).Distinct().ShouldHaveSingleItem();
        scripted.Requests.ShouldAllBe(request => request.Body.Contains("words of a file", StringComparison.Ordinal) && request.Body.Contains("1970-01-01T00:00:00", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_try_of_a_document_has_the_same_key_and_pages_follow_their_links()
    {
        const string Document = """{"id":"019a9c1e-7f00-7000-8000-000000000000","state":"queued","new_field":1}""";
        using ScriptedServer scripted = new();
        using var client = scripted.Connect(new() { Time = new InstantTime() });
        scripted.ThenBreak().Then(202, Document)
            .Then(200, $$$"""{"documents":[{{{Document}}}],"links":{"self":"/api/documents","next":"/api/documents?before=x&limit=1"}}""")
            .Then(200, """{"documents":[],"links":{"self":"/api/documents"}}""");

        await client.Documents.AddAsync(new() { Text = "a" }, Cancellation);
        await client.Documents.ListAsync(Cancellation).CountAsync(Cancellation);

        scripted.Requests[..2].Select(request => request.Headers["Idempotency-Key"]).Distinct().ShouldHaveSingleItem();
        scripted.Requests.Count.ShouldBe(4);
    }

    private async Task<Document> AddAsync(string team)
    {
        var added = await server.Client.Documents.AddAsync(new() { Title = "Returns", Text = Returns, Metadata = new() { ["team"] = team } }, Cancellation);
        return await server.Client.Documents.WaitAsync(added.Id, Cancellation);
    }
}
