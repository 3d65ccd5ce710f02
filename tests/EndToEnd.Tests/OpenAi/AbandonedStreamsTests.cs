using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.EndToEnd.Tests.OpenAi;

/// <summary>Many clients that leave in the middle of their answers, against API and worker as processes.</summary>
[Collection(nameof(OpenAiServers))]
public sealed class AbandonedStreamsTests(OpenAiServers servers) : IDisposable
{
    private const int Streams = 190; // A page of jobs has them all.

    // .NET reads on for two seconds after a request is given up.
    private readonly HttpClient _http = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = new(servers.Address) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Streams_that_are_left_do_not_delay_the_next_request()
    {
        var before = await ChatAsync("before");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var streams = Enumerable.Range(0, Streams).Select(i => FollowAsync(i, begun, leaving.Token)).ToList();
        await begun.Task;

        var left = TimeProvider.System.GetUtcNow();
        await leaving.CancelAsync();
        await Task.WhenAll(streams);
        var next = await ChatAsync("next");

        // How long the next one took, in work and not in seconds: the answers that the model wrote to their end before it.
        var answered = (await JobsAsync(before, next)).Count(job => job.GetProperty("state").GetString() is "succeeded" && job.GetProperty("finished_at").GetDateTimeOffset() > left);
        answered.ShouldBeLessThan(Streams / 4, "The next one waited for answers that nobody reads.");

        // What goes on after its client has gone would be what the next one waits for.
        await Eventually.TrueAsync(async () => (await StatesAsync(before, next)).All(state => state is not ("queued" or "running")));
        var states = await StatesAsync(before, next);
        states.ShouldContain("canceled");
        states.Count(state => state is "succeeded").ShouldBeLessThan(Streams / 2, "Some may end before they are left; without a cancellation all would.");
    }

    private async Task<string> ChatAsync(string text)
    {
        using var answer = await _http.PostAsJsonAsync("/v1/chat/completions", Body(text, tokens: 4, stream: false), Token);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("id").GetString()!["chatcmpl-".Length..];
    }

    private async Task FollowAsync(int number, TaskCompletionSource begun, CancellationToken leaving)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(Body($"{number}", tokens: 4_000, stream: true)) };
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving);
            begun.TrySetResult(); // The status is held until the first token.
            await (await response.Content.ReadAsStreamAsync(leaving)).CopyToAsync(Stream.Null, leaving);
        }
        catch (OperationCanceledException)
        {
            // Left.
        }
    }

    private static object Body(string text, int tokens, bool stream) =>
        new { model = "chat", stream, max_tokens = tokens, messages = new[] { new { role = "user", content = $"{text} {Guid.CreateVersion7()}" } } };

    private async Task<List<string>> StatesAsync(string after, string but) =>
        (await JobsAsync(after, but)).ConvertAll(job => job.GetProperty("state").GetString()!);

    private async Task<List<JsonElement>> JobsAsync(string after, string but)
    {
        var page = await _http.GetFromJsonAsync<JsonElement>("/api/jobs?kind=chat&limit=200", Token);
        return [.. page.GetProperty("jobs").EnumerateArray()
            .Where(job => job.GetProperty("id").GetString() is { } id && string.CompareOrdinal(id, after) > 0 && id != but)];
    }
}
