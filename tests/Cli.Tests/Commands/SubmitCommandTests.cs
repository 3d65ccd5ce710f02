using System.Text.Json.Nodes;
using Pipeline.Cli.Tests.Wire;

namespace Pipeline.Cli.Tests.Commands;

public sealed class SubmitCommandTests
{
    private readonly TestEnvironment _environment = new();

    [Fact]
    public async Task Shows_emotion_and_distribution()
    {
        await using var pipeline = await FakePipeline.StartAsync(pollsToFinish: 2);

        var exit = await _environment.RunAsync("submit", "fear 0.75", "--url", pipeline.Url);

        exit.ShouldBe(0, _environment.Error);
        _environment.OutLines.ShouldBe(
        [
            "fear  75.0 %",
            "  fear    75.0 %  " + new string('█', 30),
            "  anger   25.0 %  " + new string('█', 10),
            "  en · test-model · 12 tokens, 4 of them shared · queued 3.3 ms, ran 13 ms",
        ]);
        pipeline.Gets.ShouldAllBe(get => get.Prefer == "wait=20");
    }

    [Fact]
    public async Task Json_is_the_job_as_the_API_gave_it()
    {
        await using var pipeline = await FakePipeline.StartAsync();

        (await _environment.RunAsync("submit", "fear 0.75", "--json", "--url", pipeline.Url)).ShouldBe(0);

        var job = JsonNode.Parse(_environment.Out)!;
        job["new_field"]!.GetValue<string>().ShouldBe("which older programs do not know");
        job["result"]!["emotion"]!.GetValue<string>().ShouldBe("fear");
    }

    [Fact]
    public async Task A_failed_job_ends_with_its_reason()
    {
        await using var pipeline = await FakePipeline.StartAsync();

        (await _environment.RunAsync("submit", "fail", "--url", pipeline.Url)).ShouldBe(1);

        _environment.Error.ShouldContain("failed: Text has too many tokens. (too_long)");
        _environment.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failed_job_is_printed_as_json_and_is_a_failure_still()
    {
        await using var pipeline = await FakePipeline.StartAsync();

        (await _environment.RunAsync("submit", "fail", "--json", "--url", pipeline.Url)).ShouldBe(1);

        JsonNode.Parse(_environment.Out)!["state"]!.GetValue<string>().ShouldBe("failed");
    }

    [Fact]
    public async Task A_job_that_takes_too_long_is_left_alone_and_named()
    {
        await using var pipeline = await FakePipeline.StartAsync(pollsToFinish: int.MaxValue);

        (await _environment.RunAsync("submit", "slow", "--wait", "2", "--url", pipeline.Url)).ShouldBe(1);

        _environment.Error.ShouldStartWith("Nothing finished for 2 s, job ");
        _environment.Error.ShouldContain($"see {pipeline.Url}/api/jobs/");
    }

    [Fact]
    public async Task A_file_goes_as_one_batch_and_its_results_come_as_lines()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        using var folder = new TemporaryFolder();
        var file = folder.Write("texts.jsonl", """{"text":"fear 0.75","key":"a"}""", """{"text":"fail"}""", """{"text":"joy 0.9"}""");
        pipeline.Troubles.Enqueue(FakePipeline.Problem(429, "The queue is full", "", retryAfter: "2"));

        (await _environment.RunAsync("submit", "--file", file, "--url", pipeline.Url)).ShouldBe(1, _environment.Error);

        _environment.OutLines.Select(line => JsonNode.Parse(line)!["index"]!.GetValue<int>()).ShouldBe([0, 1, 2]);
        pipeline.Posts.Select(post => post.IdempotencyKey).Distinct().ShouldHaveSingleItem();
        pipeline.Posts.ShouldAllBe(post => post.Body.Contains("\"key\":\"a\"", StringComparison.Ordinal));
        _environment.Error.ShouldContain("3/3 texts  100 %");
        _environment.Error.ShouldContain("1 of 3 texts have no result");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        await using var pipeline = await FakePipeline.StartAsync();

        (await _environment.RunAsync("submit", "--file", "/nowhere/f.jsonl", "--url", pipeline.Url)).ShouldBe(1);

        _environment.Error.Trim().ShouldBe("""/nowhere/f.jsonl does not exist; give a file of lines {"text":"…"}.""");
    }

    [Theory]
    [InlineData("submit")]
    [InlineData("submit", "text", "--file", "f.jsonl")]
    public async Task A_text_and_a_file_exclude_each_other(params string[] arguments)
    {
        (await _environment.RunAsync(arguments)).ShouldBe(1);

        _environment.Error.ShouldContain("submit takes either a text or --file F.jsonl.");
    }

    [Fact]
    public async Task Nobody_there_names_the_remedy()
    {
        (await _environment.RunAsync("submit", "a", "--url", "http://127.0.0.1:1")).ShouldBe(1);

        _environment.Error.Trim().ShouldBe("No pipeline answers at http://127.0.0.1:1/; start it with ./run, or pass its address with --url.");
    }

    [Fact]
    public async Task Address_and_key_come_from_the_environment()
    {
        await using var pipeline = await FakePipeline.StartAsync(apiKey: "pk_secret");
        _environment.Variables["PIPELINE_URL"] = pipeline.Url;
        _environment.Variables["PIPELINE_API_KEY"] = " pk_secret\n";

        (await _environment.RunAsync("submit", "a")).ShouldBe(0, _environment.Error);
    }

    [Theory]
    [InlineData("not an address")]
    [InlineData("ftp://host")]
    [InlineData("localhost:8080")]
    public async Task An_address_that_is_none_is_refused(string url)
    {
        (await _environment.RunAsync("submit", "a", "--url", url)).ShouldBe(1);

        _environment.Error.ShouldContain("is not an HTTP address; write it like http://127.0.0.1:8080");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("many")]
    public async Task A_wait_that_is_none_is_refused(string wait)
    {
        (await _environment.RunAsync("submit", "a", "--wait", wait)).ShouldBe(1);

        _environment.Error.ShouldContain("--wait");
        _environment.Error.ShouldNotContain("Unexpected");
    }

    [Fact]
    public async Task Ctrl_C_ends_without_an_error()
    {
        using var interrupt = new CancellationTokenSource();
        await using var pipeline = await FakePipeline.StartAsync();
        pipeline.Troubles.Enqueue(async context =>
        {
            await interrupt.CancelAsync();
            context.Abort();
        });

        var exit = await CommandLine.RunAsync(["submit", "a", "--url", pipeline.Url], _environment.Value, interrupt.Token);

        exit.ShouldBe(130);
        _environment.Error.Trim().ShouldBe("Stopped. Jobs that the pipeline has accepted continue.");
    }
}
