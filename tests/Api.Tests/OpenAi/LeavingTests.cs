using System.Net;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.OpenAi;

/// <summary>OpenAI's clients know no jobs: what they abandon nobody will ever read.</summary>
public sealed class LeavingTests(LocalApi api)
{
    private const string Chat = "/v1/chat/completions";

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task A_client_that_leaves_ends_its_job(string streams) => (await LeaveAsync(streams, "", key: null)).ShouldBe("canceled");

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Who_sends_a_key_comes_back_for_the_answer(string streams) => (await LeaveAsync(streams, "", Guid.CreateVersion7().ToString())).ShouldBe("succeeded");

    [Fact]
    public async Task A_client_may_want_its_job_to_go_on() => (await LeaveAsync("true", "?on_disconnect=continue", key: null)).ShouldBe("succeeded");

    [Fact]
    public async Task A_stream_that_says_nothing_for_long_writes_comments_and_holds_its_status_until_then()
    {
        await using var database = new PostgresDatabase();
        await database.InitializeAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Api:StreamKeepAlive", "00:00:01"));
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = Request("wait", "true", "");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        (await reader.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe(": keep-alive");
        await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        (await reader.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe(": keep-alive");
    }

    [Theory]
    [InlineData("/v1/responses", "true")]
    [InlineData("/v1/responses", "false")]
    [InlineData("/v1/completions", "true")]
    [InlineData("/v1/completions", "false")]
    public async Task Whoever_leaves_another_path_ends_its_job_as_well(string path, string streams) =>
        (await LeaveAsync(streams, "", key: null, path)).ShouldBe("canceled");

    [Theory]
    [InlineData("/v1/responses")]
    [InlineData("/v1/completions")]
    public async Task Who_sends_a_key_to_another_path_comes_back_for_the_answer(string path) =>
        (await LeaveAsync("true", "", Guid.CreateVersion7().ToString(), path)).ShouldBe("succeeded");

    [Fact]
    public async Task An_answer_in_the_background_does_not_end_with_whoever_asked()
    {
        var text = $"hold {Guid.CreateVersion7():n}";
        await using (var stream = await api.Client.OpenAsync(HttpMethod.Post, "/v1/responses", $$"""{"model":"chat","input":"{{text}}","background":true,"stream":true}"""))
        {
            await Eventually.TrueAsync(() => Task.FromResult(api.Host.Chat.Jobs.Any(job => job.Messages[^1].Content == text)));
        }

        api.Host.Chat.Release(text);

        (await EndAsync(await IdAsync(text))).ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_client_that_leaves_its_embeddings_ends_all_their_jobs()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();
        using var leaving = new CancellationTokenSource();
        using var http = new HttpClient { BaseAddress = host.Address };
        var texts = string.Join(',', Enumerable.Repeat("\"a\"", 65)); // More than one job takes.
        using var body = ApiClient.Json(System.Text.Encoding.UTF8.GetBytes($$"""{"model":"embedding","input":[{{texts}}]}"""));
        var answer = http.PostAsync("/v1/embeddings", body, leaving.Token);
        await Eventually.TrueAsync(async () => await CountAsync("queued") is 2);

        await leaving.CancelAsync();
        http.CancelPendingRequests();

        await Should.ThrowAsync<OperationCanceledException>(() => answer);
        await Eventually.TrueAsync(async () => await CountAsync("canceled") is 2);

        async Task<int> CountAsync(string state) => (await client.GetAsync($"/api/jobs?kind=embedding&state={state}")).Json.GetProperty("jobs").GetArrayLength();
    }

    private static HttpRequestMessage Request(string text, string streams, string query, string path = Chat) => new(HttpMethod.Post, $"{path}{query}")
    {
        Content = ApiClient.Json(System.Text.Encoding.UTF8.GetBytes(path switch
        {
            Chat => $$"""{"model":"chat","messages":[{"role":"user","content":"{{text}}"}],"stream":{{streams}}}""",
            "/v1/responses" => $$"""{"model":"chat","input":"{{text}}","stream":{{streams}}}""",
            _ => $$"""{"model":"chat","prompt":"{{text}}","stream":{{streams}}}""",
        })),
    };

    /// <summary>Leaves while the model is at work, and returns how the job ended.</summary>
    private async Task<string?> LeaveAsync(string streams, string query, string? key, string path = Chat)
    {
        var text = $"hold {Guid.CreateVersion7():n}";
        using var leaving = new CancellationTokenSource();
        using var http = new HttpClient { BaseAddress = api.Host.Address };
        using var request = Request(text, streams, query, path);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        var answer = http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        await Eventually.TrueAsync(() => Task.FromResult(api.Host.Chat.Jobs.Any(job => job.Messages[^1].Content == text)));
        await leaving.CancelAsync();
        http.CancelPendingRequests();
        try
        {
            (await answer).Dispose();
        }
        catch (OperationCanceledException)
        {
            // It left before the first word.
        }

        var id = await IdAsync(text);
        if (key is not null || query.Length > 0)
        {
            api.Host.Chat.Release(text);
        }

        return await EndAsync(id);
    }

    private async Task<string?> EndAsync(string id)
    {
        string? state = null;
        await Eventually.TrueAsync(async () => (state = (await api.Client.GetAsync($"/api/jobs/{id}")).Json.GetProperty("state").GetString()) is "succeeded" or "canceled");
        return state;
    }

    private async Task<string> IdAsync(string text) => (await StoredInputs.FindAsync(api.Client, text)).Job;
}
