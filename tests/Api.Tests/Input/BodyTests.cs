using System.Net.Http.Headers;
using System.Text;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Input;

public sealed class BodyTests(LocalApi api)
{
    [Fact]
    public async Task No_body_is_refused() =>
        (await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", null)).ShouldBlame("body", "is empty");

    [Fact]
    public async Task An_empty_JSON_body_is_refused() =>
        (await api.Client.PostAsync("/api/jobs", "")).ShouldBlame("body", "is empty");

    [Fact]
    public async Task A_body_that_is_not_JSON_is_refused_with_its_place() =>
        (await api.Client.PostAsync("/api/emotion", "{\"text\":\n  hello}")).ShouldBeProblem(400, "not-json").Blames("body", "line 2, byte 3");

    [Fact]
    public async Task A_cut_off_body_is_refused() =>
        (await api.Client.PostAsync("/api/emotion", "{\"text\":\"hel")).ShouldBeProblem(400, "not-json");

    [Fact]
    public async Task Text_after_the_JSON_is_refused() =>
        (await api.Client.PostAsync("/api/emotion", "{\"text\":\"a\"} {}")).ShouldBeProblem(400, "not-json");

    [Fact]
    public async Task Single_quotes_comments_and_trailing_commas_are_refused()
    {
        (await api.Client.PostAsync("/api/emotion", "{'text':'a'}")).ShouldBeProblem(400, "not-json");
        (await api.Client.PostAsync("/api/emotion", "{\"text\":\"a\"/*b*/}")).ShouldBeProblem(400, "not-json");
        (await api.Client.PostAsync("/api/emotion", "{\"text\":\"a\",}")).ShouldBeProblem(400, "not-json");
    }

    [Theory]
    [InlineData("[]", "an array")]
    [InlineData("\"text\"", "a string")]
    [InlineData("null", "null")]
    [InlineData("7", "a number")]
    public async Task A_body_that_is_no_object_is_refused(string body, string got) =>
        (await api.Client.PostAsync("/api/emotion", body)).ShouldBlame("body", $"is {got}; expected an object");

    [Fact]
    public async Task Another_content_type_is_refused() =>
        (await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", new StringContent("{\"text\":\"a\"}", Encoding.UTF8, "text/plain")))
            .ShouldBeProblem(415, "unsupported-media-type").Blames("Content-Type", "text/plain");

    [Fact]
    public async Task A_missing_content_type_is_refused() =>
        (await api.Client.SendAsync(HttpMethod.Post, "/api/jobs", new ByteArrayContent("{}"u8.ToArray())))
            .ShouldBeProblem(415, "unsupported-media-type").Blames("Content-Type", "is missing");

    [Fact]
    public async Task A_garbled_content_type_is_refused()
    {
        var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "application//json;;=");
        (await api.Client.SendAsync(HttpMethod.Post, "/api/jobs", content)).ShouldBeProblem(415, "unsupported-media-type");
    }

    [Fact]
    public async Task Another_charset_is_refused() =>
        (await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", new StringContent("{\"text\":\"a\"}", Encoding.Latin1, "application/json")))
            .ShouldBeProblem(415, "unsupported-media-type").Blames("Content-Type", "iso-8859-1");

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        var content = ApiClient.Json([1, 2, 3]);
        content.Headers.ContentEncoding.Add("gzip");
        (await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", content))
            .ShouldBeProblem(415, "unsupported-media-type").Blames("Content-Encoding", "gzip");
    }

    [Fact]
    public async Task A_JSON_suffix_and_charset_are_accepted()
    {
        var content = ApiClient.Json("{\"text\":\"a\"}"u8.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/vnd.pipeline+json; charset=\"UTF-8\"");
        (await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", content)).Status.ShouldBe(202);
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_refused() =>
        (await api.Client.PostAsync("/api/emotion", $$"""{"text":"{{new string('a', 10 * 1024 * 1024)}}"}"""))
            .ShouldBeProblem(413, "body-too-large").Says("at most 4194304");

    [Fact]
    public async Task A_body_of_fifty_megabytes_is_refused() =>
        (await api.Client.PostAsync("/api/emotion", $$"""{"text":"{{new string('a', 50 * 1024 * 1024)}}"}"""))
            .ShouldBeProblem(413, "body-too-large");

    [Fact]
    public async Task A_chunked_body_over_the_limit_is_refused()
    {
        using var request = new StreamContent(new MemoryStream(new byte[5 * 1024 * 1024]));
        request.Headers.ContentType = new("application/json");
        request.Headers.ContentLength = null;
        (await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", request, ("Transfer-Encoding", "chunked")))
            .ShouldBeProblem(413, "body-too-large");
    }

    [Fact]
    public async Task Invalid_UTF8_is_refused_with_its_place() =>
        (await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", ApiClient.Json([.. "{\"text\":\""u8, 0xC3, 0x28, .. "\"}"u8])))
            .ShouldBeProblem(400, "not-json").Blames("body", "is not UTF-8 at byte 10");

    [Fact]
    public async Task Raw_surrogates_in_UTF8_are_refused() =>
        (await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", ApiClient.Json([.. "{\"text\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8])))
            .ShouldBeProblem(400, "not-json").Blames("body", "is not UTF-8");

    [Fact]
    public async Task UTF16_is_refused() =>
        (await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", ApiClient.Json([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("{}")])))
            .ShouldBeProblem(400, "not-json").Blames("body", "is not UTF-8 at byte 1");

    [Fact]
    public async Task A_byte_order_mark_is_accepted() =>
        (await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", ApiClient.Json([0xEF, 0xBB, 0xBF, .. "{\"text\":\"a\"}"u8])))
            .Status.ShouldBe(202);

    [Fact]
    public async Task A_NUL_byte_is_refused() =>
        (await api.Client.PostAsync("/api/emotion", "{\"text\":\"a\0b\"}")).ShouldBeProblem(400, "not-json");

    [Fact]
    public async Task An_escaped_NUL_is_refused_with_its_path() =>
        (await api.Client.PostAsync("/api/emotion", """{"texts":["a","b\u0000c"]}""")).ShouldBlame("texts[1]", "NUL character");

    [Theory]
    [InlineData("""\ud800""")]
    [InlineData("""\udc00 a""")]
    [InlineData("""a\ud800\u0041""")]
    [InlineData("""\ud83d\ud83d\ude00""")]
    [InlineData("""\\\ud800\\udc00""")]
    public async Task A_lone_surrogate_is_refused_with_its_path(string text) =>
        (await api.Client.PostAsync("/api/jobs", $$"""{"kind":"emotion","input":{"text":"{{text}}"} }""")).ShouldBlame("input.text", "lone surrogate");

    [Theory]
    [InlineData("""\ud83d\ude00""")]
    [InlineData("""\\u0000 \\ud800""")]
    [InlineData("""\"\\\/\b\f\n\r\t x""")]
    public async Task Proper_escapes_are_accepted(string text) =>
        (await api.Client.PostAsync("/api/emotion", $$"""{"text":"{{text}}"}""")).Status.ShouldBe(202);

    [Fact]
    public async Task A_lone_surrogate_in_a_name_is_refused() =>
        (await api.Client.PostAsync("/api/emotion", """{"text":"a","b\ud800":1}""")).ShouldBlame("""b\ud800""", "name with a lone surrogate");

    [Fact]
    public async Task Duplicate_properties_are_refused_with_their_path()
    {
        (await api.Client.PostAsync("/api/emotion", """{"text":"a","text":"b"}""")).ShouldBlame("text", "more than once");
        (await api.Client.PostAsync("/api/jobs", """{"kind":"emotion","input":{"text":"a","te\u0078t":"b"}}""")).ShouldBlame("input.text", "more than once");
    }

    [Fact]
    public async Task Deep_nesting_is_refused()
    {
        var deep = new string('[', 10_000) + new string(']', 10_000);
        (await api.Client.PostAsync("/api/emotion", $$"""{"text":{{deep}}}""")).ShouldBlame("body", "nested deeper than 32");
        (await api.Client.PostAsync("/api/emotion", new string('[', 100_000))).ShouldBlame("body", "nested deeper than 32");
    }

    [Fact]
    public async Task As_deep_as_allowed_is_read()
    {
        var deep = new string('[', 31) + new string(']', 31);
        (await api.Client.PostAsync("/api/emotion", $$"""{"text":{{deep}}}""")).ShouldBlame("text", "is an array; expected a string");
    }

    [Fact]
    public async Task A_thousand_faults_get_a_short_answer()
    {
        var answer = await api.Client.PostAsync("/api/emotion", $$"""{"texts":[{{string.Join(',', Enumerable.Repeat("\"\"", 256))}}]}""");
        answer.ShouldBlame("texts[0]", "is empty").Says("255 more");
        answer.Json.GetProperty("errors").EnumerateObject().Count().ShouldBeLessThan(40);
    }
}
