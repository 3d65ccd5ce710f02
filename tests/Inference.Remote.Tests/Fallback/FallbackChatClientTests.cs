using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.Remote.Fallback;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Inference.Servers;

namespace Pipeline.Inference.Remote.Tests.Fallback;

/// <summary>Against both providers' protocols: what falls back, what does not, and what the answer says about it.</summary>
public sealed class FallbackChatClientTests : IAsyncLifetime
{
    private static readonly InferenceException LocalFailure = new("The decoder failed.");

    private readonly ScriptedChatClient _local = new();
    private readonly ScriptedChatClient _cloud = new() { Says = "클라우드의 대답" };
    private readonly RecordingLogger<FallbackGate> _log = new();
    private readonly Dictionary<FallbackProvider, LoopbackServer> _servers = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _servers[FallbackProvider.OpenAI] = await OpenAiServer.StartAsync(_cloud);
        _servers[FallbackProvider.Anthropic] = await AnthropicServer.StartAsync(_cloud);
        ((OpenAiServer)_servers[FallbackProvider.OpenAI]).Key = Endpoints.Secret;
        ((AnthropicServer)_servers[FallbackProvider.Anthropic]).Key = Endpoints.Secret;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LoopbackServer server in _servers.Values)
        {
            await server.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(FallbackProvider.OpenAI)]
    [InlineData(FallbackProvider.Anthropic)]
    public async Task A_local_answer_leaves_the_cloud_alone(FallbackProvider provider)
    {
        ChatResponse answer = await Client(provider).GetResponseAsync("text", options: null, Cancellation);

        answer.AdditionalProperties![FallbackChatClient.Attempted].ShouldBe(false);
        answer.AdditionalProperties.ContainsKey(FallbackChatClient.Provider).ShouldBeFalse();
        _servers[provider].Requests.ShouldBeEmpty();
        _log.Lines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(FallbackProvider.OpenAI)]
    [InlineData(FallbackProvider.Anthropic)]
    public async Task A_local_failure_is_answered_by_the_cloud_and_says_so(FallbackProvider provider)
    {
        _local.Fail = LocalFailure;

        ChatResponse answer = await Client(provider).GetResponseAsync("text", options: null, Cancellation);
        ChatResponse streamed = await StreamAsync(Client(provider));

        foreach (ChatResponse response in (ChatResponse[])[answer, streamed])
        {
            response.Text.ShouldBe("클라우드의 대답");
            response.FinishReason.ShouldBe(ChatFinishReason.Stop);
            response.Usage!.OutputTokenCount.ShouldBe(8);
            AdditionalPropertiesDictionary properties = response.AdditionalProperties ?? response.Messages[0].AdditionalProperties!;
            properties[FallbackChatClient.Attempted].ShouldBe(true);
            properties[FallbackChatClient.Provider].ShouldBe(provider.ToString());
        }
    }

    [Theory]
    [InlineData(FallbackProvider.OpenAI)]
    [InlineData(FallbackProvider.Anthropic)]
    public async Task The_cloud_gets_what_the_answer_must_be_and_not_how_the_local_model_samples(FallbackProvider provider)
    {
        _local.Fail = LocalFailure;
        ChatOptions options = new()
        {
            ModelId = "local.gguf",
            Instructions = "Be brief.",
            Temperature = 0.3f,
            TopP = 0.9f,
            TopK = 5,
            Seed = 1,
            MaxOutputTokens = 5,
            StopSequences = ["답"],
            AdditionalProperties = new() { ["min_p"] = 0.1 },
        };

        ChatResponse answer = await Client(provider).GetResponseAsync("text", options, Cancellation);

        var body = _servers[provider].Requests.ShouldHaveSingleItem();
        body.GetProperty("model").GetString().ShouldBe("cloud-model");
        body.ToString().ShouldContain("Be brief.");
        string[] names = [.. body.EnumerateObject().Select(property => property.Name)];
        names.Intersect(["temperature", "top_p", "top_k", "seed", "min_p"]).ShouldBeEmpty();
        _cloud.Options!.StopSequences.ShouldBe(["답"]);
        (answer.Text, answer.FinishReason).ShouldBe(("클라우드의", ChatFinishReason.Length));
        options.Temperature.ShouldBe(0.3f, "The caller's options are the caller's.");
    }

    [Theory]
    [InlineData(FallbackProvider.OpenAI)]
    [InlineData(FallbackProvider.Anthropic)]
    public async Task When_both_fail_both_causes_are_told_without_the_key(FallbackProvider provider)
    {
        _local.Fail = LocalFailure;
        _servers[provider].Fault = new Fault.Refuses(429, $$$"""{"error":{"type":"rate_limit_error","message":"Too many requests for {{{Endpoints.Secret}}}"}}""");

        InferenceException whole = await Should.ThrowAsync<InferenceException>(() => Client(provider).GetResponseAsync("text", options: null, Cancellation));
        InferenceException streamed = await Should.ThrowAsync<InferenceException>(() => StreamAsync(Client(provider)));

        foreach (InferenceException e in (InferenceException[])[whole, streamed])
        {
            e.Message.ShouldContain("The decoder failed.");
            e.Message.ShouldContain($"{provider} answered HTTP 429");
            e.ToString().ShouldNotContain(Endpoints.Secret);
        }
    }

    [Theory]
    [InlineData(FallbackProvider.OpenAI)]
    [InlineData(FallbackProvider.Anthropic)]
    public async Task The_wait_for_the_cloud_is_bounded(FallbackProvider provider)
    {
        _local.Fail = LocalFailure;
        _servers[provider].Fault = new Fault.Hangs();

        (await Should.ThrowAsync<InferenceException>(() => Client(provider, cloudTimeout: Endpoints.Impatient).GetResponseAsync("text", options: null, Cancellation)))
            .Message.ShouldContain("did not answer within 5 s (Fallback:Timeout)");
        await _servers[provider].Abandoned.WaitAsync(Endpoints.Patient, Cancellation);
    }

    [Theory]
    [InlineData(FallbackProvider.OpenAI)]
    [InlineData(FallbackProvider.Anthropic)]
    public async Task A_cloud_that_breaks_off_or_talks_nonsense_has_failed(FallbackProvider provider)
    {
        _local.Fail = LocalFailure;
        foreach (Fault fault in (Fault[])[new Fault.DropsAfter(2), new Fault.TalksNonsense()])
        {
            _servers[provider].Fault = fault;

            (await Should.ThrowAsync<InferenceException>(() => StreamAsync(Client(provider)))).Message.ShouldContain("as well");
        }
    }

    [Fact]
    public async Task A_local_engine_that_takes_too_long_is_canceled_and_the_cloud_asked()
    {
        FallbackChatClient client = Client(FallbackProvider.OpenAI, new HangingChatClient(failure: null), localTimeout: Endpoints.Impatient);

        (await client.GetResponseAsync("text", options: null, Cancellation)).Text.ShouldBe("클라우드의 대답");
        (await StreamAsync(client)).Text.ShouldBe("클라우드의 대답");
        _log.Lines[0].Text.ShouldContain("5 s (Fallback:LocalTimeout)");
    }

    [Fact]
    public async Task A_stream_that_breaks_after_its_first_token_is_not_continued_by_another_model()
    {
        List<string> pieces = [];
        FallbackChatClient client = Client(FallbackProvider.OpenAI, new HangingChatClient(LocalFailure, "first ", "second "));

        await Should.ThrowAsync<InferenceException>(async () =>
        {
            await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync("text", options: null, Cancellation))
            {
                pieces.Add(update.Text);
            }
        });

        pieces.ShouldBe(["", "first ", "second "]);
        _servers[FallbackProvider.OpenAI].Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_not_the_engines_fault_goes_to_the_caller()
    {
        foreach (Exception fault in (Exception[])[new PromptTooLongException(9, 8, "Shorten it."), new PromptRefusedException("no"), new ArgumentException("wrong"), new InvalidOperationException("a bug")])
        {
            _local.Fail = fault;

            (await Should.ThrowAsync<Exception>(() => Client(FallbackProvider.OpenAI).GetResponseAsync("text", options: null, Cancellation))).ShouldBe(fault);
            (await Should.ThrowAsync<Exception>(() => StreamAsync(Client(FallbackProvider.OpenAI)))).ShouldBe(fault);
        }

        _servers[FallbackProvider.OpenAI].Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_no_reason_to_ask_the_cloud()
    {
        using CancellationTokenSource caller = new();
        var answer = Client(FallbackProvider.OpenAI, new HangingChatClient(failure: null)).GetResponseAsync("text", options: null, caller.Token);

        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => answer);
        _servers[FallbackProvider.OpenAI].Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_outage_is_one_warning_and_its_end_one_line()
    {
        FallbackChatClient client = Client(FallbackProvider.OpenAI);
        foreach (Exception? failure in (Exception?[])[LocalFailure, LocalFailure, null, null, LocalFailure])
        {
            _local.Fail = failure;
            await client.GetResponseAsync("text", options: null, Cancellation);
        }

        _log.Lines.Select(line => (line.Id, line.Level)).ShouldBe([(3400, LogLevel.Warning), (3401, LogLevel.Information), (3400, LogLevel.Warning)]);
        _log.Lines.ShouldAllBe(line => !line.Text.Contains(Endpoints.Secret));
    }

    private static Task<ChatResponse> StreamAsync(FallbackChatClient client) =>
        client.GetStreamingResponseAsync("text", options: null, Cancellation).ToChatResponseAsync(Cancellation);

    private FallbackChatClient Client(
        FallbackProvider provider, IChatClient? local = null, TimeSpan? localTimeout = null, TimeSpan? cloudTimeout = null)
    {
        FallbackOptions options = new()
        {
            Enabled = true,
            Provider = provider,
            Model = "cloud-model",
            BaseUrl = _servers[provider] is OpenAiServer server ? server.BaseUrl : _servers[provider].Address,
            LocalTimeout = localTimeout ?? Endpoints.Patient,
            Timeout = cloudTimeout ?? Endpoints.Patient,
        };
        IChatClient cloud = CloudClient.Connect(options, new(_ => Endpoints.Secret), TimeProvider.System);
        return new(local ?? _local, cloud, new(options, TimeProvider.System, _log));
    }
}
