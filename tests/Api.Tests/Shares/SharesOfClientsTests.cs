using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Shares;

/// <summary>A client that takes all that it may, and another one beside it.</summary>
public sealed class SharesOfClientsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Text = """{"text":"good news"}""";
    private const string Chat = """{"messages":[{"role":"user","content":"hold on"}],"stream":true}""";

    [Fact]
    public async Task Requests_under_way_are_bounded_for_each_client()
    {
        await using var api = await TwoAsync(("Api:RequestsPerClientMax", "2"));
        await using var first = await HeldBody.BeginAsync(api.Host.Address, "/api/emotion", api.GreedyKey, "application/json", "{");
        var (held, _) = await RefusedAsync(
            () => HeldBody.BeginAsync(api.Host.Address, "/api/emotion", api.GreedyKey, "application/json", "{"),
            () => api.Greedy.PostAsync("/api/emotion", Text), "too-many-requests", "Api:RequestsPerClientMax");

        (await api.Other.PostAsync("/api/emotion", Text)).Status.ShouldBe(202);
        await held.DisposeAsync();
        await Eventually.TrueAsync(async () => (await api.Greedy.PostAsync("/api/emotion", Text)).Status == 202);
    }

    [Fact]
    public async Task Bodies_that_arrive_slowly_hold_a_share_of_the_memory()
    {
        await using var api = await TwoAsync(("Api:BodyBytesMax", "4096"), ("Api:BodiesBytesPerClientMax", "5000"));
        var body = new string(' ', 2_000) + Text;
        var (slow, _) = await RefusedAsync(
            () => HeldBody.BeginAsync(api.Host.Address, "/api/emotion", api.GreedyKey, "application/json", new string(' ', 4_000), length: 4_090),
            () => api.Greedy.PostAsync("/api/emotion", body), "too-many-requests", "Api:BodiesBytesPerClientMax");

        (await api.Other.PostAsync("/api/emotion", body)).Status.ShouldBe(202);
        await slow.DisposeAsync();
        await Eventually.TrueAsync(async () => (await api.Greedy.PostAsync("/api/emotion", body)).Status == 202);
    }

    [Theory]
    [InlineData("/api/jobs/batch?kind=emotion", "application/x-ndjson", Text + "\n")]
    [InlineData("/v1/files", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{}")]
    public async Task Batches_and_files_begun_and_left_take_no_place_of_others(string path, string type, string beginning)
    {
        await using var api = await TwoAsync(("Api:UploadsPerClientMax", "1"), ("Api:UploadsMax", "2"));
        var (begun, refused) = await RefusedAsync(
            () => HeldBody.BeginAsync(api.Host.Address, path, api.GreedyKey, type, beginning),
            () => api.Greedy.PostLinesAsync("/api/jobs/batch?kind=emotion", [Text]), "too-many-uploads", "Api:UploadsPerClientMax");

        refused.Headers["Retry-After"].ShouldBe("1");
        (await api.Other.PostLinesAsync("/api/jobs/batch?kind=emotion", [Text])).Status.ShouldBe(202);
        await begun.DisposeAsync();
        await Eventually.TrueAsync(async () => (await api.Greedy.PostLinesAsync("/api/jobs/batch?kind=emotion", [Text])).Status == 202);
    }

    [Fact]
    public async Task Temporary_disk_is_shared_by_bytes()
    {
        await using var api = await TwoAsync(("Api:SpoolBytesPerClientMax", "1048576"), ("Api:SpoolBytesMax", "2097152"));
        var lines = Enumerable.Repeat($$"""{"text":"{{new string('x', 10_000)}}"}""", 120);

        (await api.Greedy.PostLinesAsync("/api/jobs/batch?kind=emotion", lines)).ShouldBeProblem(429, "too-many-uploads").Says("Api:SpoolBytesPerClientMax");

        (await api.Greedy.PostLinesAsync("/api/jobs/batch?kind=emotion", lines.Take(100))).Status.ShouldBe(202);
        using var file = new ByteArrayContent(new byte[1_200_000]);
        file.Headers.ContentType = new("text/plain");
        (await api.Greedy.SendAsync(HttpMethod.Post, "/api/documents", file)).ShouldBeProblem(429, "too-many-uploads").Says("Api:SpoolBytesPerClientMax");
    }

    [Fact]
    public async Task Documents_that_wait_are_bounded_for_each_client()
    {
        const string Document = """{"text":"Goods can be returned within 30 days."}""";
        await using var api = await TwoAsync(("Documents:WaitingPerClientMax", "2"));
        (await api.Greedy.PostAsync("/api/documents", Document)).Status.ShouldBe(202);
        (await api.Greedy.PostAsync("/api/documents", Document)).Status.ShouldBe(202);

        var refused = await api.Greedy.PostAsync("/api/documents", Document);

        refused.ShouldBeProblem(429, "too-many-uploads").Says("Documents:WaitingPerClientMax");
        refused.Headers["Retry-After"].ShouldBe("10");
        (await api.Other.PostAsync("/api/documents", Document)).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Files_that_nobody_takes_are_bounded_for_each_client()
    {
        await using var api = await TwoAsync(("Api:UploadsPerClientMax", "1"), ("Api:UploadsMax", "2"));
        using MultipartFormDataContent form = new() { { new StringContent("batch"), "purpose" }, { new ByteArrayContent(new byte[30_000_000]), "file", "large.jsonl" } };
        var path = $"/v1/files/{(await api.Greedy.SendAsync(HttpMethod.Post, "/v1/files", form)).Id}/content";
        await using var unread = await HeldAnswer.BeginAsync(api.Host.Address, path, api.GreedyKey);

        (await api.Greedy.GetAsync(path)).Status.ShouldBe(429);

        (await api.Other.PostLinesAsync("/api/jobs/batch?kind=emotion", [Text])).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Streams_are_bounded_for_each_client()
    {
        await using var api = await TwoAsync(("Api:StreamsPerClientMax", "1"), ("Api:StreamsMax", "2"));
        await using var own = await api.Greedy.OpenAsync(HttpMethod.Post, "/api/chat/completions", Chat);

        (await api.Greedy.PostAsync("/api/chat/completions", Chat)).ShouldBeProblem(429, "too-many-streams").Says("Api:StreamsPerClientMax");

        await using var others = await api.Other.OpenAsync(HttpMethod.Post, "/api/chat/completions", Chat);
        api.Host.Chat.Release("hold on");
    }

    /// <summary>Begins what is held anew until a request beside it is refused: the server has to have read it, and may have been too late for that.</summary>
    private static async Task<(HeldBody Held, Answer Refused)> RefusedAsync(Func<Task<HeldBody>> begin, Func<Task<Answer>> ask, string type, string says)
    {
        HeldBody? held = null;
        Answer? refused = null;
        await Eventually.TrueAsync(async () =>
        {
            held = await begin();
            refused = await ask();
            if (refused.Status is not 429)
            {
                await held.DisposeAsync();
                held = null;
            }

            return held is not null;
        });
        refused!.ShouldBeProblem(429, type).Says(says);
        return (held!, refused!);
    }

    private async Task<TwoClients> TwoAsync(params (string, string)[] settings)
    {
        var host = await ApiHost.StartAsync(database.ConnectionString, new ScriptedEmotion(), settings);
        var name = Guid.CreateVersion7();
        await host.AddKeyAsync($"admin-{name}");
        var greedy = await host.AddKeyAsync($"greedy-{name}");
        return new(host, greedy, host.Client(greedy), host.Client(await host.AddKeyAsync($"other-{name}")));
    }

    private sealed record TwoClients(ApiHost Host, string GreedyKey, ApiClient Greedy, ApiClient Other) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Greedy.Dispose();
            Other.Dispose();
            await Host.DisposeAsync();
        }
    }
}
