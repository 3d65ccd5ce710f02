using System.Security.Cryptography;
using Pipeline.Cli.Tests.Commands;

namespace Pipeline.Cli.Tests.Models;

public sealed class PullCommandTests : IAsyncLifetime
{
    private const string Source = "hf:owner/repo/model.gguf";

    private readonly TemporaryFolder _folder = new();
    private readonly TestEnvironment _environment = new();
    private readonly byte[] _bytes = TestModel.Small();
    private FakeHub _hub = null!;

    private string Target => Path.Combine(_folder.Path, "model.gguf");

    private string Sum => Convert.ToHexStringLower(SHA256.HashData(_bytes));

    public async ValueTask InitializeAsync()
    {
        _hub = await FakeHub.StartAsync();
        _hub.Files["owner/repo/model.gguf"] = _bytes;
        _environment.Variables["HF_ENDPOINT"] = _hub.Url;
        _environment.Variables["MODELS_DIRECTORY"] = _folder.Path;
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_model_comes_from_behind_the_redirect_and_its_checksum_is_kept_beside_it()
    {
        await PullsAsync(Source);

        (await File.ReadAllBytesAsync(Target, Ct)).ShouldBe(_bytes);
        (await File.ReadAllTextAsync(Target + ".sha256", Ct)).ShouldBe($"{Sum}  model.gguf\n");
        _environment.OutLines.ShouldBe([Target]);
        Directory.GetFiles(_folder.Path).Length.ShouldBe(2);
    }

    [Fact]
    public async Task The_token_reaches_the_hub_and_no_other_host()
    {
        _environment.Variables["HF_TOKEN"] = "hf_secret";

        await PullsAsync(Source);

        _hub.Requests.Where(request => request.Host is "hub").ShouldAllBe(request => request.Authorization == "Bearer hf_secret");
        _hub.Requests.Where(request => request.Host is "content").ShouldNotBeEmpty();
        _hub.Requests.Where(request => request.Host is "content").ShouldAllBe(request => request.Authorization == "");
    }

    [Fact]
    public async Task A_url_of_another_host_gets_no_token()
    {
        _environment.Variables["HF_TOKEN"] = "hf_secret";

        await PullsAsync($"{_hub.ContentUrl}/owner/repo/model.gguf");

        _hub.Requests.ShouldAllBe(request => request.Host == "content" && request.Authorization == "");
        _environment.Error.ShouldContain($"nobody told its checksum, so compare {Sum}");
    }

    [Fact]
    public async Task A_token_is_not_sent_in_the_clear()
    {
        _environment.Variables["HF_TOKEN"] = "hf_secret";

        await FailsAsync("HF_TOKEN would be sent to it in the clear", Source, "--mirror", "http://mirror.example");
        _environment.Error.ShouldNotContain("hf_secret");
    }

    [Fact]
    public async Task A_mirror_is_asked_instead_of_the_hub()
    {
        _environment.Variables["HF_ENDPOINT"] = "https://nowhere.invalid";

        await PullsAsync(Source, "--mirror", _hub.Url);
    }

    [Fact]
    public async Task The_page_of_a_file_is_taken_as_the_file() => await PullsAsync($"{_hub.Url}/owner/repo/blob/main/model.gguf");

    [Fact]
    public async Task Parts_come_together()
    {
        string[] names = ["big-00001-of-00003.gguf", "big-00002-of-00003.gguf", "big-00003-of-00003.gguf"];
        foreach (var name in names)
        {
            _hub.Files[$"owner/repo/{name}"] = TestModel.Small(name);
        }

        (await RunAsync("hf:owner/repo/big-00001-of-00003.gguf")).ShouldBe(0, _environment.Error);

        foreach (var name in names)
        {
            (await File.ReadAllBytesAsync(Path.Combine(_folder.Path, name), Ct)).ShouldBe(_hub.Files[$"owner/repo/{name}"]);
        }
    }

    [Fact]
    public async Task A_missing_part_shows_before_any_has_come()
    {
        _hub.Files["owner/repo/big-00001-of-00002.gguf"] = _bytes;

        await FailsAsync("big-00002-of-00002.gguf does not exist (404)", "hf:owner/repo/big-00001-of-00002.gguf");
        _hub.Requests.ShouldAllBe(request => request.Method == "HEAD");
    }

    [Fact]
    public async Task Any_part_but_the_first_is_refused() =>
        await FailsAsync("is part 2 of 3. Name the first part", "hf:owner/repo/big-00002-of-00003.gguf");

    [Fact]
    public async Task A_name_of_the_settings_stands_for_its_source_and_checksum()
    {
        _environment.Variables["Models__Mine__Source"] = Source;
        _environment.Variables["Models__Mine__Sha256"] = new string('0', 64);

        await FailsAsync("should have the checksum 0000", "mine");
        _environment.Variables["Models__Mine__Sha256"] = Sum.ToUpperInvariant();
        await PullsAsync("mine");
    }

    [Fact]
    public async Task A_name_of_the_catalogue_stands_for_its_repository()
    {
        _hub.Files["bartowski/Qwen2.5-7B-Instruct-GGUF/Qwen2.5-7B-Instruct-Q5_K_M.gguf"] = _bytes;

        (await RunAsync("qwen2.5-7b", "--quant", "q5_k_m")).ShouldBe(0, _environment.Error);
        await FailsAsync("of qwen2.5-7b there is Q4_K_M, Q5_K_M, Q8_0", "qwen2.5-7b", "--quant", "Q1");
    }

    [Theory]
    [InlineData("qwen9", "Found no model 'qwen9'")]
    [InlineData("hf:owner/repo", "Found no model 'hf:owner/repo'")]
    [InlineData("hf:owner/repo/readme.md", "ends with .gguf")]
    [InlineData("ftp://host/model.gguf", "Found no model")]
    [InlineData("https://host.invalid/a%2F..%2Fb.gguf", "names the file")]
    public async Task What_names_no_model_is_told(string source, string sentence) => await FailsAsync(sentence, source);

    [Fact]
    public async Task More_than_the_disk_has_is_refused_before_it_comes()
    {
        _hub.SizeTold = 1L << 60;

        await FailsAsync("Make room, or name another folder", Source);
        _hub.Requests.ShouldAllBe(request => request.Method == "HEAD");
    }

    [Fact]
    public async Task A_file_that_is_here_is_not_fetched_again()
    {
        await PullsAsync(Source);
        var gets = _hub.Requests.Count(request => request.Method == "GET");

        await PullsAsync(Source);

        _hub.Requests.Count(request => request.Method == "GET").ShouldBe(gets);
        _environment.Error.ShouldContain("is here already");
    }

    [Fact]
    public async Task A_newer_file_of_the_same_name_does_not_take_the_place_of_the_old_one()
    {
        await PullsAsync(Source);
        _hub.Files["owner/repo/model.gguf"] = TestModel.Small("newer");

        await FailsAsync("exists with the checksum", Source);
        (await File.ReadAllBytesAsync(Target, Ct)).ShouldBe(_bytes);
    }

    [Fact]
    public async Task Two_pulls_of_one_file_do_not_write_into_each_other()
    {
        TaskCompletionSource hold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _hub.Hold = hold.Task;
        var first = RunAsync(Source);
        await _hub.Asked.Task.WaitAsync(Ct);

        await FailsAsync("Another pull is fetching", Source);
        hold.SetResult();

        (await first).ShouldBe(0, _environment.Error);
        (await File.ReadAllBytesAsync(Target, Ct)).ShouldBe(_bytes);
    }

    [Fact]
    public async Task A_page_instead_of_a_model_is_refused_and_not_kept()
    {
        _hub.TellsSums = false;
        _hub.Files["owner/repo/model.gguf"] = "<!doctype html><title>Sign in</title>"u8.ToArray();

        await FailsAsync("is no GGUF file: it begins with \"<!doctype html><", Source);
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_model_that_ends_inside_its_tensors_is_refused_and_not_kept()
    {
        _hub.Files["owner/repo/model.gguf"] = _bytes[..^1_000];

        await FailsAsync("is truncated", Source);
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_checksum_is_refused_and_nothing_is_kept()
    {
        _hub.SumTold = new string('a', 64);

        await FailsAsync($"has the checksum {Sum} and should have {_hub.SumTold}", Source);
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_does_not_answer_head_is_asked_for_the_file_at_once()
    {
        (_hub.KnowsHead, _hub.TellsSums) = (false, false);

        await PullsAsync(Source, "--sha256", Sum);
    }

    [Fact]
    public async Task A_log_gets_plain_lines_with_how_far_it_is()
    {
        await PullsAsync(Source);

        _environment.Error.ShouldContain("fetched  65.8 kB of 65.8 kB  100 %");
        _environment.Error.ShouldNotContain("\r");
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<int> RunAsync(params string[] args) => _environment.RunAsync(["models", "pull", .. args]);

    private async Task PullsAsync(params string[] args)
    {
        (await RunAsync(args)).ShouldBe(0, _environment.Error);
        (await File.ReadAllBytesAsync(Target, Ct)).ShouldBe(_bytes);
    }

    private async Task FailsAsync(string sentence, params string[] args)
    {
        (await RunAsync(args)).ShouldBe(1);
        _environment.Error.ShouldContain(sentence);
    }
}
