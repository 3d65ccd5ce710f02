using System.Security.Cryptography;
using Pipeline.Cli.Models.Pulling;
using Pipeline.Cli.Tests.Commands;

namespace Pipeline.Cli.Tests.Models;

/// <summary>Pulls over lines that break, from servers that are busy, closed or odd.</summary>
public sealed class PullFaultTests : IAsyncLifetime
{
    private const string Source = "hf:owner/repo/model.gguf";

    private readonly TemporaryFolder _folder = new();
    private readonly TestEnvironment _environment = new();
    private readonly byte[] _bytes = TestModel.Small(tensorBytes: 4 << 20);
    private FakeHub _hub = null!;

    private string Target => Path.Combine(_folder.Path, "model.gguf");

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
    public async Task A_cut_connection_goes_on_where_it_broke()
    {
        _hub.Cuts.Enqueue(1 << 20);
        _hub.Cuts.Enqueue(1 << 20);

        await PullsAsync();

        var from = Ranges();
        from.Length.ShouldBe(3);
        from[0].ShouldBe("");
        from[1..].ShouldAllBe(range => range.StartsWith("bytes=", StringComparison.Ordinal) && range.EndsWith('-'));
    }

    [Fact]
    public async Task A_later_pull_goes_on_where_an_earlier_one_gave_up()
    {
        await LeaveAsync(1_000_000);
        for (var i = 0; i < Retries.FailuresMax; i++)
        {
            _hub.Troubles.Enqueue(FakeHub.Status(503));
        }

        await FailsAsync("answers 503. Gave up after 6 tries. Pull again later: what has come is kept.");
        new FileInfo(Target + ".part").Length.ShouldBe(1_000_000);
        await PullsAsync();

        Ranges()[^1].ShouldBe("bytes=1000000-");
        Directory.GetFiles(_folder.Path).Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_server_without_ranges_sends_all_of_it_again()
    {
        _hub.KnowsRanges = false;
        await LeaveAsync(1_000_000);

        await PullsAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_has_changed_on_the_server_is_fetched_from_the_start(bool tellsSums)
    {
        _hub.TellsSums = tellsSums;
        await LeaveAsync(1_000_000, identity: "\"v0\"", bytes: new byte[1_000_000]);

        await PullsAsync();

        _environment.Error.ShouldContain("is not what it was; starting anew");
    }

    [Fact]
    public async Task Of_a_server_that_tells_nothing_of_the_content_nothing_is_resumed()
    {
        (_hub.TellsSums, _hub.Etag) = (false, null);
        _hub.Cuts.Enqueue(1 << 20);

        await PullsAsync();

        Ranges().ShouldAllBe(range => range == "");
    }

    [Fact]
    public async Task A_damaged_beginning_is_noticed_by_the_checksum_and_fetched_again()
    {
        await LeaveAsync(1_000_000, bytes: [.. "GGUF"u8, .. new byte[999_996]]);

        await PullsAsync();

        _environment.Error.ShouldContain("fetching it anew");
    }

    [Fact]
    public async Task A_beginning_that_is_all_of_it_is_only_checked()
    {
        await LeaveAsync(_bytes.Length);

        await PullsAsync();

        Ranges().ShouldBe([$"bytes={_bytes.Length}-"]);
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_when_it_says()
    {
        _hub.Troubles.Enqueue(FakeHub.Status(429, retryAfter: "7"));
        _hub.Troubles.Enqueue(FakeHub.Status(503, retryAfter: "Thu, 01 Jan 1970 00:00:20 GMT"));

        await PullsAsync();

        _environment.Time.Delays.ShouldBe([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(13)]);
    }

    [Fact]
    public async Task A_date_that_has_passed_asks_for_nothing_and_waits_grow_as_ever()
    {
        _hub.Troubles.Enqueue(FakeHub.Status(503, retryAfter: "Wed, 31 Dec 1969 23:59:00 GMT"));

        await PullsAsync();

        _environment.Time.Delays.ShouldBe([TimeSpan.FromSeconds(1)]);
    }

    [Fact]
    public async Task A_server_that_wants_more_patience_than_there_is_ends_the_pull()
    {
        _hub.Gate = FakeHub.Status(429, retryAfter: "3600");

        await FailsAsync("It asks to wait for 60 minutes");
        _environment.Time.Delays.ShouldBeEmpty();
    }

    [Fact]
    public async Task Waits_grow_and_end()
    {
        _hub.Gate = FakeHub.Status(500);

        await FailsAsync("Gave up after 6 tries");
        _environment.Time.Delays.Select(delay => delay.TotalSeconds).ShouldBe([1, 2, 4, 8, 16]);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told()
    {
        await _hub.DisposeAsync();

        await FailsAsync("cannot be reached");
    }

    [Theory]
    [InlineData(401, null, null, "set HF_TOKEN to a token of an account that may read it")]
    [InlineData(401, null, "hf_old", "the token in HF_TOKEN is not valid")]
    [InlineData(403, "GatedRepo", null, "the model is gated. Accept its terms at")]
    [InlineData(403, "GatedRepo", "hf_mine", "the one that is set may not read it")]
    [InlineData(404, "EntryNotFound", null, "does not exist (404). Check the repository")]
    [InlineData(418, null, null, "which is no file")]
    public async Task Refusals_say_what_to_do(int status, string? code, string? token, string sentence)
    {
        _environment.Variables["HF_TOKEN"] = token;
        _hub.Gate = FakeHub.Status(status, errorCode: code);

        await FailsAsync(sentence);
        _environment.Time.Delays.ShouldBeEmpty();
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        _hub.Gate = context =>
        {
            context.Response.Redirect(context.Request.Path);
            return Task.CompletedTask;
        };

        await FailsAsync("redirects more than 5 times");
    }

    [Fact]
    public async Task A_redirect_to_no_web_server_is_refused()
    {
        _hub.Gate = context =>
        {
            context.Response.Redirect("file:///etc/passwd");
            return Task.CompletedTask;
        };

        await FailsAsync("redirects from http to file");
    }

    [Fact]
    public async Task A_stopped_pull_keeps_what_has_come()
    {
        using CancellationTokenSource stop = new();
        TaskCompletionSource hold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _hub.Hold = hold.Task;
        await LeaveAsync(1_000_000);
        var pull = CommandLine.RunAsync(["models", "pull", Source], _environment.Value, stop.Token);
        await _hub.Asked.Task.WaitAsync(Ct);

        await stop.CancelAsync();

        (await pull).ShouldBe(130);
        hold.SetResult();
        _environment.Error.ShouldContain("What has come is kept");
        new FileInfo(Target + ".part").Length.ShouldBe(1_000_000);
        File.Exists(Target).ShouldBeFalse();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>As an earlier pull that was killed left it.</summary>
    private async Task LeaveAsync(int length, string? identity = null, byte[]? bytes = null)
    {
        await File.WriteAllBytesAsync(Target + ".part", bytes ?? _bytes[..length], Ct);
        await File.WriteAllTextAsync(Target + ".part.from", identity ?? $"\"{Convert.ToHexStringLower(SHA256.HashData(_bytes))}\"", Ct);
    }

    private string[] Ranges() => [.. _hub.Requests.Where(request => request is { Host: "content", Method: "GET" }).Select(request => request.Range)];

    private async Task PullsAsync()
    {
        (await _environment.RunAsync("models", "pull", Source)).ShouldBe(0, _environment.Error);
        (await File.ReadAllBytesAsync(Target, Ct)).ShouldBe(_bytes);
    }

    private async Task FailsAsync(string sentence)
    {
        (await _environment.RunAsync("models", "pull", Source)).ShouldBe(1);
        _environment.Error.ShouldContain(sentence);
    }
}
