using System.Text.Json;
using Pipeline.Cli.Tests.Wire;

namespace Pipeline.Cli.Tests.Commands;

public sealed class EvalGeneratedCommandTests : IDisposable
{
    private const string Good =
        """{"content":"Seoul is the capital.","finish_reason":"stop","model":"m","usage":{"prompt_tokens":1,"cached_tokens":0,"completion_tokens":10,"total_tokens":11},"timings":{"queued_ms":1,"running_ms":200}}""";

    private readonly TestEnvironment _environment = new(width: 80);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task With_json_standard_output_is_one_line_of_figures()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        var file = Write($$"""{"input":{"result":{{Good}}},"keywords":["seoul","river"]}""", $$$"""{"input":{"result":{{{Good}}}}}""");

        (await RunAsync(pipeline, file, "--json")).ShouldBe(0, _environment.Error);

        _environment.Out.Trim().ShouldBe(
            """{"kind":"chat","models":["m"],"n":2,"failed":0,"valid":1,"keywords":0.5,"p50_ms":200,"p95_ms":200,"tokens_per_second":50}""");
        _environment.Error.ShouldContain("chat: 2 jobs, answered by m");
        JsonDocument.Parse(pipeline.Posts.Single().Body.Split('\n')[1]).RootElement.GetProperty("key").GetString().ShouldBe("1");
    }

    [Fact]
    public async Task What_failed_or_is_not_valid_is_told_and_is_no_success()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        var file = Write("""{"input":{"text":"fail"}}""", """{"input":{"result":{"content":"cut"}}}""", $$$"""{"input":{"result":{{{Good}}}}}""");

        (await RunAsync(pipeline, file)).ShouldNotBe(0);

        _environment.Out.ShouldContain("33.3 %");
        _environment.Error.ShouldContain("1 of 3 jobs did not succeed; the first: Text has too many tokens. (too_long)");
        _environment.OutLines.ShouldAllBe(line => line.TrimEnd().Length <= 80);
    }

    [Theory]
    [InlineData("feedback", """{"feedback":"f","score":11,"is_passed":true,"pass_mark":6,"improvement_suggestion":"i",""", false)]
    [InlineData("feedback", """{"feedback":"f","score":10,"is_passed":true,"pass_mark":6,"improvement_suggestion":"i",""", true)]
    [InlineData("interview", """{"thought":"t","action":"GO_ON","message":"m",""", false)]
    [InlineData("interview", """{"thought":"t","action":"NEW_TOPIC","message":"m",""", true)]
    [InlineData("report", """{"language":"en","summary":"s","strengths":[],"improvements":[],"recommendations":[],"overall_score":101,"question_feedbacks":[],""", false)]
    [InlineData("embedding", """{"embeddings":[[0.6,0.8]],"dimensions":3,""", false)]
    [InlineData("embedding", """{"embeddings":[[0.6,0.8]],"dimensions":2,""", true)]
    public async Task Values_out_of_bounds_are_not_valid(string kind, string start, bool isValid)
    {
        await using var pipeline = await FakePipeline.StartAsync();
        var result = start + Good[Good.IndexOf("\"model\"", StringComparison.Ordinal)..];
        var file = Write($$$"""{"input":{"result":{{{result}}}}}""");

        (await _environment.RunAsync(["eval", kind, "--file", file, "--url", pipeline.Url, "--json"]) is 0).ShouldBe(isValid, _environment.Error);
    }

    [Theory]
    [InlineData("""{"keywords":["a"]}""", "has no input that is an object")]
    [InlineData("""{"input":{},"score":11}""", "has score 11, which is not 0 to 10")]
    [InlineData("""{"input":{},"keywords":[" "]}""", "has an empty keyword")]
    public async Task A_wrong_line_is_named(string line, string problem)
    {
        await using var pipeline = await FakePipeline.StartAsync();

        (await RunAsync(pipeline, Write("""{"input":{}}""", line))).ShouldNotBe(0);

        _environment.Error.ShouldContain($"line 2: {problem}");
        pipeline.Posts.ShouldBeEmpty();
    }

    private string Write(params IEnumerable<string> lines) => _folder.Write("jobs.jsonl", lines);

    private Task<int> RunAsync(FakePipeline pipeline, string file, params string[] more) =>
        _environment.RunAsync(["eval", "chat", "--file", file, "--url", pipeline.Url, .. more]);
}
