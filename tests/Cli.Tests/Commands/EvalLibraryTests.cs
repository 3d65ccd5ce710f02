using System.Text.Json.Nodes;
using Pipeline.Cli.Tests.Wire;

namespace Pipeline.Cli.Tests.Commands;

public sealed class EvalLibraryTests : IDisposable
{
    private static readonly string[] Rows =
    [
        """{"document":"a","text":"apples and pears","lang":"en"}""",
        """{"document":"b","title":"Trees","text":"apples on trees","lang":"en"}""",
        """{"document":"c","text":"사과 나무","lang":"ko"}""",
        """{"question":"which apples","answer":"b","lang":"en","split":"tuning"}""",
        """{"question":"tall trees","answer":"b","lang":"en","split":"held-out"}""",
        """{"question":"사과 apples","answer":"a","accept":["c"],"lang":"ko","split":"tuning"}""",
        """{"question":"nothing here","answer":"a","lang":"en","split":"held-out"}""",
        """{"question":"quite unrelated","lang":"en","split":"tuning"}""",
        """{"question":"unrelated pears","lang":"en","split":"held-out"}""",
    ];

    private readonly TestEnvironment _environment = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Search_counts_where_the_right_document_is_and_deletes_all_of_them()
    {
        await using var pipeline = await FakePipeline.StartAsync();

        (await RunAsync(pipeline, "search", Rows)).ShouldBe(0, _environment.Error);

        var figures = JsonNode.Parse(_environment.OutLines[^1])!;
        (figures["documents"]!.GetValue<int>(), figures["n"]!.GetValue<int>(), figures["model"]!.GetValue<string>()).ShouldBe((3, 3, "m"));
        figures["languages"]!["en"]!["n"]!.GetValue<int>().ShouldBe(3);
        figures["languages"]!["en"]!["hybrid"]!["at5"]!.GetValue<double>().ShouldBe(2 / 3.0, 1e-9);
        figures["languages"]!["ko-en"]!["vectors"]!["at5"]!.GetValue<double>().ShouldBe(1);
        figures["languages"]!["en"]!["words"]!["at1"]!.GetValue<double>().ShouldBeLessThanOrEqualTo(figures["languages"]!["en"]!["words"]!["at5"]!.GetValue<double>());
        _environment.Error.ShouldContain("not found: nothing here (a)");
        pipeline.Library.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(503, """{"type":"urn:pipeline:problem:model-cannot-write","title":"No model can write"}""")]
    [InlineData(400, """{"type":"urn:pipeline:problem:job-rejected","title":"The job cannot be done as it was sent"}""")]
    [InlineData(200, """{"known":true,"answer":"A","sources":[],"job":{"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"chat","state":"succeeded"}}""")]
    public async Task Ask_counts_what_is_known_even_where_no_model_writes(int status, string answer)
    {
        await using var pipeline = await FakePipeline.StartAsync();
        pipeline.Library.Known = (status, JsonNode.Parse(answer)!);

        (await RunAsync(pipeline, "ask", Rows, "--json")).ShouldBe(0, _environment.Error);

        _environment.Out.Trim().ShouldStartWith("""{"documents":3,"all":{"related":4,"related_known":3,"unrelated":2,"unrelated_known":1,"recall_at5":0.75}""");
        var splits = JsonNode.Parse(_environment.Out)!["splits"]!;
        splits["held-out"]!["unrelated_known"]!.GetValue<int>().ShouldBe(1);
        splits["tuning"]!["related_known"]!.GetValue<int>().ShouldBe(2);
        _environment.Error.ShouldContain("known though unrelated: unrelated pears");
        _environment.Error.ShouldContain("not known: nothing here");
        pipeline.Library.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_document_that_fails_ends_it_and_none_stays()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        pipeline.Library.Failure = "It has too many chunks.";

        (await RunAsync(pipeline, "ask", Rows)).ShouldBe(1);

        _environment.Error.ShouldContain("was not embedded: It has too many chunks.");
        pipeline.Library.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"document":"a","text":"twice","lang":"en"}""", "The file has document \"a\" twice")]
    [InlineData("""{"question":"who","answer":"d","lang":"en"}""", "answered by \"d\", and the file has no such document")]
    [InlineData("""{"document":"d","file":"d.html","lang":"en"}""", "say with --files below which folder it lies")]
    [InlineData("""{"document":"d","question":"who","lang":"en"}""", "line 10: needs either document or question")]
    [InlineData("""{"document":"d","lang":"en"}""", "line 10: needs either text or file")]
    [InlineData("""{"question":"who"}""", "line 10: has no lang")]
    [InlineData("""{"question":"who","accept":["a"],"lang":"en"}""", "line 10: has accept without answer")]
    public async Task What_is_wrong_with_a_file_is_told(string line, string problem)
    {
        await using var pipeline = await FakePipeline.StartAsync();

        (await RunAsync(pipeline, "search", [.. Rows, line])).ShouldBe(1);

        _environment.Error.ShouldContain(problem);
        pipeline.Library.Count.ShouldBe(0);
    }

    private Task<int> RunAsync(FakePipeline pipeline, string verb, string[] rows, params string[] more) =>
        _environment.RunAsync(["eval", verb, "--file", _folder.Write("library.jsonl", rows), "--url", pipeline.Url, .. more]);
}
