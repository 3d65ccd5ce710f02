using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Input;

public sealed class JobInputTests(LocalApi api)
{
    [Fact]
    public async Task An_unknown_kind_is_refused_and_the_kinds_are_listed() =>
        (await PostAsync("""{"kind":"emotoin","input":{"text":"a"}}""")).ShouldBlame("kind", "is \"emotoin\", which does not exist. Kinds: emotion");

    [Fact]
    public async Task A_missing_kind_and_input_are_refused() =>
        (await PostAsync("{}")).ShouldBlame("kind", "is required").Blames("input", "is required: send an object");

    [Fact]
    public async Task A_kind_and_input_of_another_type_are_refused() =>
        (await PostAsync("""{"kind":1,"input":"a"}""")).ShouldBlame("kind", "is a number; expected a string").Blames("input", "is a string; expected an object");

    [Fact]
    public async Task A_missing_text_is_refused_with_its_path() =>
        (await PostAsync("""{"kind":"emotion","input":{}}""")).ShouldBlame("input.text", "is required: send a string");

    [Fact]
    public async Task A_null_text_is_refused_with_its_path() =>
        (await PostAsync("""{"kind":"emotion","input":{"text":null}}""")).ShouldBlame("input.text", "is null; expected a string");

    [Fact]
    public async Task A_text_of_another_type_is_refused_with_its_path() =>
        (await PostAsync("""{"kind":"emotion","input":{"text":["a"]}}""")).ShouldBlame("input.text", "is an array; expected a string");

    [Fact]
    public async Task A_blank_text_is_refused_with_its_path() =>
        (await PostAsync("""{"kind":"emotion","input":{"text":" "}}""")).ShouldBlame("input.text", "nothing that can be seen");

    [Fact]
    public async Task A_text_over_the_limit_is_refused_with_its_path() =>
        (await PostAsync($$"""{"kind":"emotion","input":{"text":"{{new string('a', 20_001)}}"} }""")).ShouldBlame("input.text", "at most 20000");

    [Fact]
    public async Task Unknown_fields_of_body_and_input_are_named() =>
        (await PostAsync("""{"kind":"emotion","input":{"text":"a","lang":"en"},"prio":1}"""))
            .ShouldBlame("input.lang", "not a known field. Known: text")
            .Blames("prio", "Known: kind, input, priority, expires_at");

    [Fact]
    public async Task Texts_to_embed_are_accepted() =>
        (await PostAsync("""{"kind":"embedding","input":{"texts":["hello","안녕"]}}""")).Status.ShouldBe(202);

    [Fact]
    public async Task Texts_to_embed_are_refused_one_by_one() =>
        (await PostAsync("""{"kind":"embedding","input":{"texts":["a",""]}}""")).ShouldBlame("input.texts[1]", "nothing that can be seen");

    private Task<Answer> PostAsync(string json) => api.Client.PostAsync("/api/jobs", json);
}
