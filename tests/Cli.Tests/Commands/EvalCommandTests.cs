using System.Text.Json.Nodes;
using Pipeline.Cli.Tests.Wire;
using Pipeline.Cli.Wire;

namespace Pipeline.Cli.Tests.Commands;

public sealed class EvalCommandTests : IDisposable
{
    private readonly TestEnvironment _environment = new(width: 80);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task With_json_standard_output_is_the_documented_line_alone()
    {
        await using var pipeline = await FakePipeline.StartAsync(pollsToFinish: 1);
        var file = Write(Gold("joy 0.75", "joy", "ko"), Gold("joy 0.75", "joy", "ko"), Gold("fear 1", "fear", "en"), Gold("fear 1", "anger", "en"));

        (await RunAsync(pipeline, file, "--json")).ShouldBe(0, _environment.Error);

        // en: anger is never found (F1 0); fear has precision 1/2 and recall 1 (F1 2/3): their mean is 1/3.
        _environment.Out.ShouldBe(
            """{"languages":{"ko":{"accuracy":1,"macro_f1":1,"ece":0.25,"n":2},"en":{"accuracy":0.5,"macro_f1":0.3333333333333333,"ece":0.5,"n":2}},"all":{"accuracy":0.75,"macro_f1":0.5555555555555555,"ece":0.375,"n":4}}"""
            + Environment.NewLine);
        _environment.Error.ShouldContain("anger taken for fear: 1 time, 100 % of all anger");
    }

    [Fact]
    public async Task Every_label_that_people_accept_is_right()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        const string Row = """{"text":"anger 1","label":"sadness","accept":["anger"],"lang":"en"}""";
        var file = Write(Row, Row, Gold("joy 1", "sadness", "en"));

        (await RunAsync(pipeline, file, "--json")).ShouldBe(0, _environment.Error);

        _environment.Out.ShouldContain("\"accuracy\":0.6666666666666666,");
    }

    [Fact]
    public async Task Tables_fit_eighty_columns_and_name_their_conventions()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        string[] labels = ["joy", "excitement", "sadness", "anger", "fear", "surprise", "neutral"];
        var file = Write(labels.SelectMany(gold => labels.Select(predicted => Gold($"{predicted} 0.5", gold, "en"))));

        (await RunAsync(pipeline, file)).ShouldBe(0, _environment.Error);

        _environment.OutLines.ShouldAllBe(line => line.TrimEnd().Length <= 80);
        _environment.Out.ShouldContain("49 texts");
        _environment.Out.ShouldContain("15 equal-width bins over confidence");
        _environment.Out.ShouldContain("labels present in gold or prediction");
    }

    [Fact]
    public async Task Texts_go_through_the_bulk_queue_in_chunks_and_survive_trouble()
    {
        await using var pipeline = await FakePipeline.StartAsync(pollsToFinish: 1);
        pipeline.Troubles.Enqueue(FakePipeline.Problem(429, "The queue is full", "", retryAfter: "2"));
        pipeline.Troubles.Enqueue(FakePipeline.Problem(503, "The database cannot be reached", ""));
        var file = Write(Enumerable.Repeat(Gold("joy 1", "joy", "en"), (2 * EmotionRun.ChunkMax) + 1));

        (await RunAsync(pipeline, file, "--json")).ShouldBe(0, _environment.Error);

        var accepted = pipeline.Posts.DistinctBy(post => post.IdempotencyKey).Select(post => JsonNode.Parse(post.Body)!).ToArray();
        accepted.ShouldAllBe(body => body["priority"]!.GetValue<string>() == "bulk");
        accepted.Select(body => body["texts"]?.AsArray().Count ?? 1).Order().ShouldBe([1, 256, 256]);
        pipeline.Posts.Count.ShouldBe(5);
        _environment.Out.ShouldContain("\"n\":513");
        _environment.Error.ShouldContain("513/513 texts  100 %");
    }

    [Fact]
    public async Task A_refused_chunk_is_named_by_its_place_in_the_file()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        pipeline.Troubles.Enqueue(FakePipeline.Problem(400, "The request has invalid input", "texts[3] has 30000 characters."));
        var file = Write(Enumerable.Repeat(Gold("joy 1", "joy", "en"), 300));

        (await RunAsync(pipeline, file)).ShouldBe(1);

        _environment.Error.ShouldMatch("Texts (1 to 256|257 to 300) of 300: The request has invalid input. texts\\[3\\] has 30000 characters.");
    }

    [Fact]
    public async Task Texts_without_an_answer_are_counted_and_fail_the_command()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        var file = Write(Gold("joy 1", "joy", "en"), Gold("fail", "joy", "en"));

        (await RunAsync(pipeline, file, "--json")).ShouldBe(1);

        _environment.Error.ShouldContain("1 of 2 texts have no result and are not in the figures; the first is job ");
        _environment.Out.ShouldContain("\"n\":1");
    }

    [Fact]
    public async Task A_bad_line_is_found_before_anything_is_sent()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        var file = Write(Gold("joy 1", "joy", "en"), Gold("joy 1", "happy", "en"));

        (await RunAsync(pipeline, file)).ShouldBe(1);

        _environment.Error.ShouldStartWith($"{file}, line 2: has label \"happy\"");
        pipeline.Posts.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_address_may_stand_before_the_kind()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        var file = Write(Gold("joy 1", "joy", "en"));

        (await _environment.RunAsync("eval", "--url", pipeline.Url, "emotion", "--file", file)).ShouldBe(0, _environment.Error);
    }

    private static string Gold(string text, string label, string lang) => $$"""{"text":"{{text}}","label":"{{label}}","lang":"{{lang}}"}""";

    private string Write(params IEnumerable<string> lines) => _folder.Write("gold.jsonl", lines);

    private Task<int> RunAsync(FakePipeline pipeline, string file, params string[] more) =>
        _environment.RunAsync(["eval", "emotion", "--file", file, "--url", pipeline.Url, .. more]);
}
