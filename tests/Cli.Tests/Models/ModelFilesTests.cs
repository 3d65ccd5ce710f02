using Pipeline.Cli.Tests.Commands;

namespace Pipeline.Cli.Tests.Models;

/// <summary>list, verify and remove.</summary>
public sealed class ModelFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestEnvironment _environment = new(width: 120);

    public ModelFilesTests() => _environment.Variables["MODELS_DIRECTORY"] = _folder.Path;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_list_shows_what_the_files_say_and_who_uses_them()
    {
        var path = Put("mine.gguf");
        Put("other.gguf");
        _environment.Variables["Kinds__Chat__Model"] = path;
        _environment.Variables["Kinds__MyKind__Model"] = path;
        _environment.Variables["Kinds__Report__Model"] = "/nowhere/gone.gguf";

        (await RunAsync("list")).ShouldBe(0);

        _environment.OutLines.Single(line => line.StartsWith("mine.gguf  ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["mine.gguf", "65.8", "kB", "llama", "Q8_0", "16.4K", "2,048", "none", "chat,", "my-kind"]);
        _environment.Out.ShouldContain("mine.gguf is small.");
        _environment.Out.ShouldContain("Kinds:Report:Model names /nowhere/gone.gguf, which does not exist");
    }

    [Fact]
    public async Task Adapters_of_named_models_are_listed_with_what_is_wrong_with_them()
    {
        var path = Put("mine.gguf");
        _environment.Variables["Models__mine__Path"] = path;
        _environment.Variables["Models__mine__Adapters__gone"] = "/nowhere/gone.gguf";
        _environment.Variables["Models__mine__Adapters__model"] = path;
        _environment.Variables["Kinds__Chat__Model"] = "mine:gone";

        (await RunAsync("list")).ShouldBe(0, _environment.Error);

        _environment.Out.ShouldContain("mine:gone is mine through /nowhere/gone.gguf, which cannot be used: Models:mine:Adapters:gone: ");
        _environment.Out.ShouldContain($"mine:model is mine through {path}, which cannot be used: Models:mine:Adapters:model is {path}, which is a model and no adapter.");
        _environment.OutLines.Single(line => line.StartsWith("mine.gguf  ", StringComparison.Ordinal)).TrimEnd().ShouldEndWith("chat");
    }

    [Fact]
    public async Task An_empty_folder_says_how_to_fill_it()
    {
        (await RunAsync("list")).ShouldBe(0);
        _environment.Out.ShouldContain("has no models. Fetch one with ./run models pull");
    }

    [Fact]
    public async Task What_an_unfinished_pull_left_is_listed()
    {
        _folder.Write("mine.gguf.part", "GGUF");

        await RunAsync("list");

        _environment.Out.ShouldContain("mine.gguf.part is the beginning (0.0 kB) of a model. Pull it again");
    }

    [Fact]
    public async Task Parts_are_one_model_and_a_missing_one_is_told()
    {
        Put("big-00001-of-00002.gguf");

        await RunAsync("list");

        _environment.Out.ShouldContain("big (2 files)");
        _environment.Out.ShouldContain("big-00002-of-00002.gguf does not exist");
    }

    [Fact]
    public async Task A_recorded_checksum_is_compared()
    {
        var path = Put("mine.gguf");

        (await RunAsync("verify")).ShouldBe(0);
        _environment.Out.ShouldContain("warn  mine.gguf is whole; no checksum is recorded");
        (await RunAsync("verify", "--record")).ShouldBe(0);
        (await RunAsync("verify", "mine")).ShouldBe(0);
        _environment.Out.ShouldContain("ok    mine.gguf is whole, and has the checksum of mine.gguf.sha256");

        Flip(path);
        (await RunAsync("verify")).ShouldBe(1);
        _environment.Out.ShouldContain("bad   mine.gguf has the checksum");
    }

    [Fact]
    public async Task A_checksum_of_the_settings_counts_where_none_is_recorded()
    {
        Put("mine.gguf");
        _environment.Variables["Models__Mine__Source"] = "hf:owner/repo/mine.gguf";
        _environment.Variables["Models__Mine__Sha256"] = new string('0', 64);

        (await RunAsync("verify")).ShouldBe(1);

        _environment.Out.ShouldContain("Models:Mine:Sha256 says 0000");
    }

    [Fact]
    public async Task A_truncated_file_is_bad()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "cut.gguf"), TestModel.Small()[..^1]);

        (await RunAsync("verify")).ShouldBe(1);

        _environment.Out.ShouldContain("is truncated");
    }

    [Fact]
    public async Task A_model_that_a_setting_names_is_not_removed_without_force()
    {
        var path = Put("mine.gguf");
        _environment.Variables["Kinds__Chat__Model"] = path;

        (await RunAsync("remove", "mine", "--yes")).ShouldBe(1);
        _environment.Error.ShouldContain("Kinds:Chat:Model names mine.gguf");
        (await RunAsync("remove", "mine", "--yes", "--force")).ShouldBe(0);

        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task Removing_takes_all_parts_and_what_lies_beside_them()
    {
        Put("big-00001-of-00002.gguf");
        Put("big-00002-of-00002.gguf");
        await RunAsync("verify", "--record");

        (await RunAsync("remove", "big", "--yes")).ShouldBe(0);

        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("yes\n", 0)]
    [InlineData("no\n", 1)]
    [InlineData("", 1)]
    public async Task A_person_is_asked(string answer, int exit)
    {
        var path = Put("mine.gguf");
        var environment = _environment.Value with { Answers = new StringReader(answer) };

        (await CommandLine.RunAsync(["models", "remove", "mine"], environment, TestContext.Current.CancellationToken)).ShouldBe(exit);

        File.Exists(path).ShouldBe(exit is 1);
    }

    [Fact]
    public async Task Without_a_person_nothing_is_removed_unasked()
    {
        Put("mine.gguf");

        (await RunAsync("remove", "mine")).ShouldBe(1);
        _environment.Error.ShouldContain("give --yes");
        (await RunAsync("remove", "../mine", "--yes")).ShouldBe(1);
        _environment.Error.ShouldContain("has no model '../mine'. It has: mine.");
    }

    [Fact]
    public async Task A_setting_that_makes_no_sense_is_told()
    {
        _environment.Variables["Models__Mine__Sha256"] = "12";

        (await RunAsync("list")).ShouldBe(1);

        _environment.Error.ShouldContain("Models:Mine has neither Path nor Source");
    }

    private Task<int> RunAsync(params string[] args) => _environment.RunAsync(["models", .. args]);

    private string Put(string name)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, TestModel.Small());
        return path;
    }

    private static void Flip(string path)
    {
        using var file = File.OpenWrite(path);
        file.Position = file.Length - 1;
        file.WriteByte(42);
    }
}
