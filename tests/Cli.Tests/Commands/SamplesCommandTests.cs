using Pipeline.Cli.Tests.Wire;

namespace Pipeline.Cli.Tests.Commands;

public sealed class SamplesCommandTests : IDisposable
{
    private readonly TestEnvironment _environment = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_sample_gets_a_row_and_the_last_line_sums_up()
    {
        await using var pipeline = await FakePipeline.StartAsync(pollsToFinish: 1);
        Write("""{"text":"joy 0.9","lang":"en","expected":"joy"}""", """{"text":"fear 0.6","lang":"ko","expected":"anger"}""", """{"text":"정말 좋은 하루"}""");

        var exit = await RunAsync(pipeline);

        exit.ShouldBe(0, _environment.Error);
        _environment.OutLines.Length.ShouldBe(5);
        _environment.OutLines[1].ShouldContain("✓ joy");
        _environment.OutLines[2].ShouldContain("· fear");
        _environment.OutLines[^1].ShouldStartWith("3 of 3 texts in ");
        _environment.OutLines[^1].ShouldEndWith(" · test-model · 1 of 2 as expected (✓) · times in ms");
    }

    [Fact]
    public async Task One_sample_without_an_answer_fails_the_command_and_tells_why()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        Write("""{"text":"joy 0.9"}""", """{"text":"fail"}""");

        (await RunAsync(pipeline)).ShouldBe(1);

        _environment.OutLines[^1].ShouldStartWith("1 of 2 texts in ");
        _environment.Error.ShouldContain("failed: Text has too many tokens. (too_long)");
    }

    [Fact]
    public async Task More_samples_than_one_request_holds_keep_their_order()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        var shares = Enumerable.Range(51, 40).ToArray();
        Write(shares.Select(share => $$"""{"text":"joy 0.{{share}}"}"""));

        (await RunAsync(pipeline)).ShouldBe(0, _environment.Error);

        _environment.OutLines[1..41].Zip(shares).ShouldAllBe(row => row.First.Contains($" {row.Second} %"));
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        (await _environment.RunAsync("samples", "--directory", _folder.Path)).ShouldBe(1);

        _environment.Error.ShouldContain("emotion.jsonl does not exist; give a file of lines");
    }

    private void Write(params IEnumerable<string> lines) => _folder.Write("emotion.jsonl", lines);

    private Task<int> RunAsync(FakePipeline pipeline) =>
        _environment.RunAsync("samples", "--directory", _folder.Path, "--url", pipeline.Url);
}
