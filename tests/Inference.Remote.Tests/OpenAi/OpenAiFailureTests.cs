using Microsoft.Extensions.AI;
using Pipeline.Inference.Remote.OpenAi;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Inference.Servers;

namespace Pipeline.Inference.Remote.Tests.OpenAi;

/// <summary>Whatever a server does is an exception of the seam that says what happened and what to change, and never the key.</summary>
public sealed class OpenAiFailureTests : IAsyncLifetime
{
    private readonly ScriptedChatClient _scripted = new();
    private OpenAiServer? _server;

    public async ValueTask InitializeAsync() => _server = await OpenAiServer.StartAsync(_scripted);

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    [Theory]
    [InlineData(500, """{"error":{"message":"CUDA out of memory","type":"server_error"}}""", "CUDA out of memory", "server's own log")]
    [InlineData(429, """{"error":{"message":"Too many requests"}}""", "Too many requests", "fewer jobs")]
    [InlineData(404, """{"detail":"Not Found"}""", "Not Found", "Inference:Remote:Model (served)")]
    [InlineData(400, """{"object":"error","message":"min_p is unknown"}""", "min_p is unknown", "Inference:Remote:ExtraParameters")]
    [InlineData(502, "<html>Bad Gateway</html>", "Bad Gateway", "server's own log")]
    public async Task A_refusal_has_status_the_servers_words_and_the_remedy(int status, string body, string words, string remedy)
    {
        _server!.Fault = new Fault.Refuses(status, body);

        RemoteException e = await Should.ThrowAsync<RemoteException>(() => AskAsync());

        e.Status.ShouldBe(status);
        e.Message.ShouldContain($"HTTP {status}");
        e.Message.ShouldContain(words);
        e.Message.ShouldContain(remedy);
        _server.Requests.Count.ShouldBe(1, "Nothing is tried again here.");
    }

    [Fact]
    public async Task The_key_is_in_no_part_of_an_exception()
    {
        _server!.Key = "another key";
        RemoteEndpoint endpoint = Endpoints.Of(_server) with { Key = new(Endpoints.Secret) };

        RemoteException e = await Should.ThrowAsync<RemoteException>(() => AskAsync(endpoint));

        e.Status.ShouldBe(401);
        e.ToString().ShouldNotContain(Endpoints.Secret);
        e.ToString().ShouldContain("Incorrect API key");
        endpoint.ToString().ShouldNotContain(Endpoints.Secret);
    }

    [Fact]
    public async Task The_key_opens_the_server()
    {
        _server!.Key = Endpoints.Secret;

        (await AskAsync(Endpoints.Of(_server) with { Key = new(Endpoints.Secret) })).Text.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("""{"error":{"message":"This model's maximum context length is 4096 tokens. However, your messages resulted in 5000 tokens.","code":"context_length_exceeded"}}""")]
    [InlineData("""{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4900 in the messages, 100 in the completion).","code":400}""")]
    [InlineData("""{"error":{"code":400,"message":"request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}}""")]
    [InlineData("""{"message":"The input (5000 tokens) is longer than the model's context length (4096 tokens)."}""")]
    public async Task A_prompt_beyond_the_servers_context_is_too_long_and_not_a_failure(string body)
    {
        _server!.Fault = new Fault.Refuses(400, body);

        PromptTooLongException e = await Should.ThrowAsync<PromptTooLongException>(() => AskAsync());

        (e.Tokens, e.TokensMax).ShouldBe((5_000, 4_096));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_and_told_so()
    {
        _server!.Fault = new Fault.Hangs();

        RemoteException e = await Should.ThrowAsync<RemoteException>(() => AskAsync(Endpoints.Of(_server) with { Timeout = Endpoints.Impatient }));

        e.Message.ShouldContain("5 s (Inference:Remote:Timeout)");
        await _server.Abandoned.WaitAsync(Endpoints.Patient);
    }

    [Fact]
    public async Task A_caller_who_gives_up_hangs_up_on_the_server()
    {
        _server!.Fault = new Fault.HangsAfter(1);
        using CancellationTokenSource caller = new();
        OpenAiChatClient client = new(Endpoints.Of(_server), TimeProvider.System);

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync("text", options: null, caller.Token))
            {
                if (update.Text.Length > 0)
                {
                    await caller.CancelAsync();
                }
            }
        });

        await _server.Abandoned.WaitAsync(Endpoints.Patient);
    }

    [Fact]
    public async Task A_stream_that_stops_coming_is_given_up()
    {
        _server!.Fault = new Fault.HangsAfter(2);

        RemoteException e = await Should.ThrowAsync<RemoteException>(() => StreamAsync(Endpoints.Of(_server) with { Timeout = Endpoints.Impatient }));

        e.Message.ShouldContain("Inference:Remote:Timeout");
    }

    [Fact]
    public async Task A_connection_that_breaks_within_a_stream_is_no_end_of_the_answer()
    {
        _server!.Fault = new Fault.DropsAfter(2);

        await Should.ThrowAsync<RemoteException>(() => StreamAsync(Endpoints.Of(_server)));
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_says_where_to_look()
    {
        _server!.Fault = new Fault.TalksNonsense();

        (await Should.ThrowAsync<RemoteException>(() => AskAsync())).Message.ShouldContain("Inference:Remote:BaseUrl");
        await Should.ThrowAsync<RemoteException>(() => StreamAsync(Endpoints.Of(_server)));
    }

    [Fact]
    public async Task A_server_that_is_not_there_says_where_to_look()
    {
        RemoteEndpoint endpoint = Endpoints.Of(_server!);
        await _server!.DisposeAsync();

        RemoteException e = await Should.ThrowAsync<RemoteException>(() => AskAsync(endpoint));

        e.Message.ShouldContain("cannot be reached");
        e.Message.ShouldContain("Inference:Remote:BaseUrl");
    }

    private Task<ChatResponse> AskAsync(RemoteEndpoint? endpoint = null) =>
        new OpenAiChatClient(endpoint ?? Endpoints.Of(_server!), TimeProvider.System).GetResponseAsync("text", options: null, TestContext.Current.CancellationToken);

    private static Task<ChatResponse> StreamAsync(RemoteEndpoint endpoint) =>
        new OpenAiChatClient(endpoint, TimeProvider.System)
            .GetStreamingResponseAsync("text", options: null, TestContext.Current.CancellationToken)
            .ToChatResponseAsync(TestContext.Current.CancellationToken);
}
