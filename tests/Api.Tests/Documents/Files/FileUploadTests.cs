using System.Net.Http.Headers;
using System.Text;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Documents.Files;

public sealed class FileUploadTests(DocumentsApi api) : IClassFixture<DocumentsApi>
{
    [Fact]
    public async Task A_file_of_a_form_is_found_by_its_words()
    {
        using var client = await api.NewClientAsync();
        var answer = await client.SendAsync(
            HttpMethod.Post,
            "/api/documents",
            Form(MadePdf.Of("Returns", "Goods can be returned within 30 days."), "returns-2026.pdf", ("metadata", """{"team":"shop"}"""), ("priority", "interactive"), ("title", " ")),
            ("Prefer", "wait=60"));

        answer.Status.ShouldBe(200, answer.Text);
        (answer.State, answer.Json.GetProperty("format").GetString(), answer.Json.GetProperty("title").GetString()).ShouldBe(("ready", "pdf", "Returns"));
        answer.Json.GetProperty("metadata").GetProperty("team").GetString().ShouldBe("shop");
        (await client.SearchAsync("returned goods", ""","filter":{"team":"shop"}""")).ShouldHaveSingleItem().ShouldBe("Goods can be returned within 30 days.");
    }

    [Fact]
    public async Task A_file_as_the_body_has_its_fields_in_the_query()
    {
        using var client = await api.NewClientAsync();
        var answer = await client.SendAsync(
            HttpMethod.Post,
            $"/api/documents?title={Uri.EscapeDataString("배송")}&metadata={Uri.EscapeDataString("""{"n":1}""")}",
            Body(MadeOffice.Word("Other", MadeOffice.Words("이틀 안에 도착합니다.")), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"));

        answer.Status.ShouldBe(202, answer.Text);
        answer.Json.GetProperty("title").GetString().ShouldBe("배송");
        (await client.GetAsync($"/api/documents/{answer.Id}/text")).Json.GetProperty("text").GetString().ShouldBe("이틀 안에 도착합니다.");
    }

    public static TheoryData<string, string, string, string, string> Texts => new()
    {
        { "notes.md", "# One\nTwo.", "markdown", "# One\nTwo.", "notes" },
        { "prices.csv", "item,price\nbook,9", "csv", "item | price\nitem: book | price: 9", "prices" },
        { "page.html", "<title>T</title><h1>One</h1>", "html", "# One", "T" },
        { "page", "<!doctype html><p>One", "html", "One", "page" },
        { "log.txt", "just words", "text", "just words", "log" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_text_is_what_its_name_says(string name, string content, string format, string text, string title)
    {
        using var client = await api.NewClientAsync();
        var answer = await client.SendAsync(HttpMethod.Post, "/api/documents", Form(Encoding.UTF8.GetBytes(content), name));

        answer.Status.ShouldBe(202, answer.Text);
        answer.Json.GetProperty("format").GetString().ShouldBe(format);
        answer.Json.GetProperty("title").GetString().ShouldBe(title);
        (await client.GetAsync($"/api/documents/{answer.Id}/text")).Json.GetProperty("text").GetString().ShouldBe(text);
    }

    [Fact]
    public async Task Korean_of_before_Unicode_and_decomposed_names_are_read_right()
    {
        using var client = await api.NewClientAsync();
        var korean = CodePagesEncodingProvider.Instance.GetEncoding(949)!.GetBytes("똠방각하는 반품을 하러 왔다.");
        var answer = await client.SendAsync(HttpMethod.Post, "/api/documents", Form(korean, "안내.txt".Normalize(NormalizationForm.FormD)));

        answer.Status.ShouldBe(202, answer.Text);
        answer.Json.GetProperty("title").GetString().ShouldBe("안내");
        (await client.GetAsync($"/api/documents/{answer.Id}/text")).Json.GetProperty("text").GetString().ShouldBe("똠방각하는 반품을 하러 왔다.");
    }

    public static TheoryData<string, byte[]> Unreadable => new()
    {
        { "encrypted", MadePdf.OfSecrets() },
        { "encrypted", MadeOffice.Encrypted() },
        { "image-only", MadePdf.OfImage() },
        { "damaged", "%PDF-1.4\nno"u8.ToArray() },
        { "unsupported", MadeOffice.Old() },
        { "unsupported", [0x89, (byte)'P', (byte)'N', (byte)'G', 0, 1, 2] },
        { "too-large", MadeOffice.Bomb("xl/workbook.xml", 300_000_000) },
        { "too-long", [.. Encoding.ASCII.GetBytes(new string('a', 5_000_000))] },
    };

    [Theory]
    [MemberData(nameof(Unreadable), DisableDiscoveryEnumeration = true)]
    public async Task A_file_that_cannot_be_read_is_refused_with_the_reason(string reason, byte[] file)
    {
        using var client = await api.NewClientAsync();
        var answer = await client.SendAsync(HttpMethod.Post, "/api/documents", Form(file, "file"));

        answer.ShouldBeProblem(422, "document-unreadable").Json.GetProperty("reason").GetString().ShouldBe(reason);
        answer.Json.GetProperty("errors").GetProperty("file").GetArrayLength().ShouldBe(1);
        (await client.GetAsync("/api/documents")).Json.GetProperty("documents").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_told_by_field()
    {
        using var client = await api.NewClientAsync();
        var words = "words"u8.ToArray();

        (await SendAsync(Form(words, "a.txt", ("metadata", "{")))).ShouldBlame("metadata", "is not JSON");
        (await SendAsync(Form(words, "a.txt", ("metadata", "[1]")))).ShouldBlame("metadata", "expected an object");
        (await SendAsync(Form(words, "a.txt", ("text", "more words")))).ShouldBlame("text", "cannot be used together with file");
        (await SendAsync(Form(words, "a.txt", ("colour", "red")))).ShouldBlame("colour", "is not a known field");
        (await SendAsync(Form(words, "a.txt", ("title", "a"), ("title", "b")))).ShouldBlame("title", "more than once");
        (await SendAsync(Form([], "a.txt"))).ShouldBlame("file", "is empty");
        (await SendAsync(Form(words, "a.txt", ("format", "pdf")))).ShouldBeProblem(422, "document-unreadable");
        (await SendAsync(Form(MadePdf.Of(null, "A"), "a.pdf", ("format", "docx")))).ShouldBlame("format", "and the file is pdf");
        (await SendAsync(Body(words, "image/png"))).ShouldBeProblem(415, "unsupported-media-type");
        (await client.SendAsync(HttpMethod.Post, "/api/documents?colour=red", Body(words, "text/plain"))).ShouldBlame("colour", "is not a known query parameter");
        (await SendAsync(new StringContent("a=b", Encoding.UTF8, "application/x-www-form-urlencoded"))).ShouldBeProblem(415, "unsupported-media-type");
        using ByteArrayContent cut = new("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nwor"u8.ToArray());
        cut.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        (await SendAsync(cut)).ShouldBlame("body", "does not come whole");

        // A form without a file is as good as JSON: pages send both fields.
        using ByteArrayContent none = new([]) { Headers = { ContentDisposition = ContentDispositionHeaderValue.Parse("form-data; name=\"file\"; filename=\"\"") } };
        using MultipartFormDataContent page = new() { { new StringContent("words of a page"), "text" }, none };
        (await SendAsync(page)).Status.ShouldBe(202);

        Task<Answer> SendAsync(HttpContent content) => client.SendAsync(HttpMethod.Post, "/api/documents", content);
    }

    [Fact]
    public async Task The_same_text_again_is_told()
    {
        using var client = await api.NewClientAsync();
        using var stranger = await api.NewClientAsync();
        var first = await client.PostAsync("/api/documents", """{"text":"Twice the same."}""");
        var second = await client.SendAsync(HttpMethod.Post, "/api/documents", Form("Twice the same."u8.ToArray(), "again.txt"));

        first.Json.TryGetProperty("duplicate_of", out _).ShouldBeFalse();
        second.Json.GetProperty("duplicate_of").GetString().ShouldBe(first.Id);
        (await client.GetAsync($"/api/documents/{second.Id}")).Json.GetProperty("duplicate_of").GetString().ShouldBe(first.Id);
        (await stranger.PostAsync("/api/documents", """{"text":"Twice the same."}""")).Json.TryGetProperty("duplicate_of", out _).ShouldBeFalse();
    }

    private static MultipartFormDataContent Form(byte[] file, string name, params IReadOnlyList<(string Name, string Value)> fields)
    {
        MultipartFormDataContent form = [];
        foreach (var (field, value) in fields)
        {
            form.Add(new StringContent(value), field);
        }

        form.Add(new ByteArrayContent(file), "file", name);
        return form;
    }

    private static ByteArrayContent Body(byte[] file, string type) => new(file) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
}
