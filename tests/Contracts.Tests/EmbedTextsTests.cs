using System.Text.Json;

namespace Pipeline.Contracts.Tests;

public sealed class EmbedTextsTests
{
    private static readonly InputLimits Limits = new() { TextLengthMax = 10 };

    [Fact]
    public void Kind_is_in_the_catalog_with_its_queues()
    {
        JobCatalog.Own.TryFind("embedding", out var kind).ShouldBeTrue();
        kind.Queues.ShouldBe(["embedding", "embedding-bulk"]);
        using var input = JsonDocument.Parse("""{"texts":["안녕"]}""");
        kind.Parse(input.RootElement).ShouldBeOfType<EmbedTexts>().Texts.ShouldBe(["안녕"]);
    }

    [Fact]
    public void Input_and_result_have_this_shape()
    {
        JsonSerializer.Serialize(new EmbedTexts { Texts = ["a", "안녕"] }, EmbedTexts.Json).ShouldBe("""{"texts":["a","안녕"]}""");
        JsonSerializer.Serialize(
            new EmbeddingResult
            {
                Embeddings = [[0.6f, 0.8f], [1, 0]],
                Dimensions = 2,
                Model = "m",
                Usage = new(5, 0, 0),
                Timings = new(1.5, 2),
            },
            EmbedTexts.ResultJson).ShouldBe(
            """{"embeddings":[[0.6,0.8],[1,0]],"dimensions":2,"model":"m","usage":{"prompt_tokens":5,"cached_tokens":0,"completion_tokens":0,"total_tokens":5},"timings":{"queued_ms":1.5,"running_ms":2}}""");
    }

    [Fact]
    public void Every_text_is_checked_and_named()
    {
        Problems("fine").ShouldBeEmpty();
        Problems("fine", " ", null!, "much too long").Select(problem => problem.Field).ShouldBe(["texts[1]", "texts[2]", "texts[3]"]);
    }

    [Fact]
    public void Number_of_texts_has_bounds()
    {
        Problems().ShouldHaveSingleItem().ShouldBe(new("texts", "is empty: send at least one text."));
        Problems([.. Enumerable.Repeat("a", 64)]).ShouldBeEmpty();
        Problems([.. Enumerable.Repeat("a", 65)]).ShouldHaveSingleItem().Message.ShouldContain("has 65 texts; at most 64");
    }

    [Theory]
    [InlineData("""{"texts":null}""")]
    [InlineData("""{}""")]
    [InlineData("""{"texts":"a"}""")]
    [InlineData("""{"texts":["a"],"model":"b"}""")]
    public void Other_shapes_do_not_parse(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize(json, EmbedTexts.Json));

    private static InputProblem[] Problems(params string[] texts) => [.. new EmbedTexts { Texts = texts }.Validate(Limits)];
}
