using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Input;

public sealed class EmotionInputTests(LocalApi api)
{
    [Fact]
    public async Task A_missing_text_is_refused() => (await PostAsync("{}")).ShouldBlame("text", "is required");

    [Fact]
    public async Task A_null_text_is_refused() => (await PostAsync("""{"text":null}""")).ShouldBlame("text", "is null; expected a string");

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("""\n\t """)]
    [InlineData("\u3000\u00a0")]
    public async Task A_blank_text_is_refused(string text) =>
        (await PostAsync($$"""{"text":"{{text}}"}""")).ShouldBlame("text", "is empty, or has nothing that can be seen");

    [Fact]
    public async Task A_text_over_the_limit_is_refused() =>
        (await PostAsync($$"""{"text":"{{new string('가', 20_001)}}"}""")).ShouldBlame("text", "has 20001 characters; at most 20000");

    [Fact]
    public async Task A_text_at_the_limit_is_accepted() =>
        (await PostAsync($$"""{"text":"{{new string('가', 20_000)}}"}""")).Status.ShouldBe(202);

    [Theory]
    [InlineData("3", "a number")]
    [InlineData("true", "a boolean")]
    [InlineData("[\"a\"]", "an array")]
    [InlineData("{}", "an object")]
    public async Task A_text_of_another_type_is_refused(string value, string got) =>
        (await PostAsync($$"""{"text":{{value}}}""")).ShouldBlame("text", $"is {got}; expected a string");

    [Fact]
    public async Task Both_text_and_texts_are_refused() =>
        (await PostAsync("""{"text":"a","texts":["b"]}""")).ShouldBlame("text", "together with texts");

    [Fact]
    public async Task Texts_of_another_type_are_refused() =>
        (await PostAsync("""{"texts":"a"}""")).ShouldBlame("texts", "is a string; expected an array");

    [Fact]
    public async Task No_texts_are_refused() => (await PostAsync("""{"texts":[]}""")).ShouldBlame("texts", "has 0 elements");

    [Fact]
    public async Task Too_many_texts_are_refused() =>
        (await PostAsync($$"""{"texts":[{{string.Join(',', Enumerable.Repeat("\"a\"", 257))}}]}""")).ShouldBlame("texts", "has 257 elements: send 1 to 256");

    [Fact]
    public async Task As_many_texts_as_allowed_are_accepted()
    {
        var answer = await PostAsync($$"""{"texts":[{{string.Join(',', Enumerable.Repeat("\"a\"", 256))}}]}""");
        answer.Status.ShouldBe(202);
        answer.Json.GetProperty("jobs").GetArrayLength().ShouldBe(256);
    }

    [Fact]
    public async Task One_bad_element_of_texts_is_named_and_nothing_is_accepted()
    {
        var marker = $"bad element {Guid.CreateVersion7()}";
        (await PostAsync($$"""{"texts":["{{marker}}","b","c"," "]}""")).ShouldBlame("texts[3]", "nothing that can be seen").Says("texts[3]");
        (await PostAsync("""{"texts":["a",7]}""")).ShouldBlame("texts[1]", "is a number; expected a string");
        (await PostAsync("""{"texts":[null]}""")).ShouldBlame("texts[0]", "is null; expected a string");
    }

    [Fact]
    public async Task Unknown_fields_are_named() =>
        (await PostAsync("""{"text":"a","txet":1,"Text":"b"}""")).ShouldBlame("txet", "Known: texts, text, priority, expires_at").Blames("Text", "not a known field");

    [Fact]
    public async Task Every_fault_is_told_at_once() =>
        (await PostAsync("""{"text":"","priority":"urgent","expires_at":1,"x":0}"""))
            .ShouldBlame("text", "is empty")
            .Blames("priority", "is \"urgent\": send \"interactive\" or \"bulk\"")
            .Blames("expires_at", "is a number; expected a string")
            .Blames("x", "not a known field")
            .Says("3 more");

    [Theory]
    [InlineData("tomorrow", "RFC 3339")]
    [InlineData("2030-01-01", "RFC 3339")]
    [InlineData("2030-01-01T00:00:00", "RFC 3339")]
    [InlineData("2030-13-01T00:00:00Z", "RFC 3339")]
    [InlineData("2030-01-01T00:00:00+25:00", "RFC 3339")]
    [InlineData("", "RFC 3339")]
    [InlineData("2001-01-01T00:00:00Z", "not after now")]
    [InlineData("9999-12-31T23:59:59Z", "Api:ExpiryMax")]
    [InlineData("0001-01-01T00:00:00+14:00", "")]
    public async Task A_wrong_expiry_is_refused(string value, string message) =>
        (await PostAsync($$"""{"text":"a","expires_at":"{{value}}"}""")).ShouldBlame("expires_at", message);

    [Theory]
    [InlineData("1", "is a number; expected")]
    [InlineData("\"yes\"", "is a string; expected")]
    public async Task Spans_of_another_type_are_refused(string value, string message) =>
        (await PostAsync($$"""{"text":"a","spans":{{value}}}""")).ShouldBlame("spans", message);

    [Fact]
    public async Task Spans_may_be_asked_for() => (await PostAsync("""{"text":"a","spans":true}""")).Status.ShouldBe(202);

    [Fact]
    public async Task Null_for_an_optional_field_means_absent() =>
        (await PostAsync("""{"text":"a","texts":null,"priority":null,"expires_at":null,"spans":null}""")).Status.ShouldBe(202);

    private Task<Answer> PostAsync(string json) => api.Client.PostAsync("/api/emotion", json);
}
