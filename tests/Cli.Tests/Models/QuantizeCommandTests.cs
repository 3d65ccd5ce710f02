using Pipeline.Bench.Models;
using Pipeline.Cli.Models;
using Pipeline.Cli.Tests.Commands;

namespace Pipeline.Cli.Tests.Models;

[Collection(NativeModels.Name)]
public sealed class QuantizeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestEnvironment _environment = new(width: 120);

    public QuantizeCommandTests() => _environment.Variables["MODELS_DIRECTORY"] = _folder.Path;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Q8_0", "small-Q8_0.gguf")]
    [InlineData("q4_0", "small-Q4_0.gguf")]
    public async Task A_float_model_becomes_a_smaller_one_beside_it_that_loads_and_verifies(string type, string expected)
    {
        var source = _folder.WriteModel("small-F16.gguf");

        (await RunAsync("quantize", "small-F16", "--to", type)).ShouldBe(0, _environment.Error);

        var target = Path.Combine(_folder.Path, expected);
        _environment.OutLines.ShouldBe([target]);
        new FileInfo(target).Length.ShouldBeLessThan(new FileInfo(source).Length * 3 / 4);
        StoredModel.Read(target).Header!.Quantization.ShouldBe(type.ToUpperInvariant());
        _environment.Error.ShouldContain("quantising  tensor ");
        _environment.Error.ShouldContain("blk.");
        Directory.GetFiles(_folder.Path, "*.part*").ShouldBeEmpty();
        (await RunAsync("verify", Path.GetFileNameWithoutExtension(expected))).ShouldBe(0);
        _environment.Out.ShouldContain("has the checksum of " + expected + ".sha256");
        (await RunAsync("bench", target, "--threads", "1", "--tokens", "4", "--rounds", "1")).ShouldBe(0, _environment.Error);
    }

    [Fact]
    public async Task A_type_that_there_is_not_lists_those_there_are()
    {
        _folder.WriteModel("small-F16.gguf");

        (await RunAsync("quantize", "small-F16", "--to", "Q9")).ShouldBe(1);

        _environment.Error.ShouldContain("There is no type 'Q9'. Take one of F32, F16, BF16, Q8_0, Q6_K,");
    }

    [Fact]
    public async Task What_is_no_model_is_refused()
    {
        var path = Path.Combine(_folder.Path, "page.gguf");
        await File.WriteAllTextAsync(path, "<html>This is a page, and longer than the head of a GGUF file.</html>", TestContext.Current.CancellationToken);

        (await RunAsync("quantize", path, "--to", "Q8_0")).ShouldBe(1);

        _environment.Error.ShouldContain("page.gguf is not a GGUF file.");
    }

    [Theory]
    [InlineData(WeightType.Q8, "Q8_0", "is Q8_0 already")]
    [InlineData(WeightType.Q4, "Q8_0", "is Q4_0, which is coarser than Q8_0")]
    [InlineData(WeightType.Q8, "Q4_0", "or give --requantize")]
    [InlineData(WeightType.F16, "F32", "is F16, which is coarser than F32")]
    public async Task What_would_gain_nothing_is_refused(WeightType have, string wanted, string reason)
    {
        _folder.WriteModel("small.gguf", have);

        (await RunAsync("quantize", "small", "--to", wanted)).ShouldBe(1);

        _environment.Error.ShouldContain(reason);
        Directory.GetFiles(_folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_quantised_model_is_quantised_again_on_request()
    {
        _folder.WriteModel("small-q8_0.gguf", WeightType.Q8);

        (await RunAsync("quantize", "small-q8_0", "--to", "Q4_0", "--requantize")).ShouldBe(0, _environment.Error);

        _environment.OutLines.ShouldBe([Path.Combine(_folder.Path, "small-q4_0.gguf")]);
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_overwritten()
    {
        var path = _folder.WriteModel("small-F16.gguf");

        (await RunAsync("quantize", "small-F16", "--to", "Q8_0", "--out", path)).ShouldBe(1);

        _environment.Error.ShouldContain("exists, and a worker may have it loaded");
    }

    [Fact]
    public async Task Cancelled_it_leaves_nothing()
    {
        _folder.WriteModel("small-F16.gguf");
        using CancellationTokenSource stop = new();
        StoppingWriter error = new(stop, "quantising  tensor ");
        var environment = _environment.Value with { Error = Cli.Display.Terminal.Open(error, redirected: true, _environment.Variables.GetValueOrDefault) };

        (await CommandLine.RunAsync(["models", "quantize", "small-F16", "--to", "Q8_0"], environment, stop.Token)).ShouldBe(130);

        error.ToString().ShouldContain("Stopped");
        Directory.GetFiles(_folder.Path).ShouldBe([Path.Combine(_folder.Path, "small-F16.gguf")]);
    }

    [Fact]
    public async Task A_file_that_another_command_writes_is_left_to_it()
    {
        _folder.WriteModel("small-F16.gguf");
        await using FileStream other = new(Path.Combine(_folder.Path, "small-Q8_0.gguf.part"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);

        (await RunAsync("quantize", "small-F16", "--to", "Q8_0")).ShouldBe(1);

        _environment.Error.ShouldContain("Another command is writing");
    }

    private Task<int> RunAsync(params string[] args) => _environment.RunAsync(["models", .. args]);

    /// <summary>Presses Ctrl-C when it reads a text.</summary>
    private sealed class StoppingWriter(CancellationTokenSource stop, string at) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith(at, StringComparison.Ordinal) is true)
            {
                stop.Cancel();
            }
        }
    }
}

/// <summary>The library's threads spin, so that tests that compute take turns.</summary>
[CollectionDefinition(Name)]
public sealed class NativeModels
{
    public const string Name = "native models";
}
