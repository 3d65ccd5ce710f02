using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Remote.OpenAi;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Inference.Servers;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Inference.Remote.Tests;

/// <summary>How much a server is asked at once, and whose fault it is when it fails.</summary>
public sealed class RemoteServerTests
{
    [Fact]
    public async Task A_server_gets_no_more_requests_at_once_than_it_may()
    {
        using HeldChatClient held = new();
        await using OpenAiServer server = await OpenAiServer.StartAsync(held);
        using RemoteServer remote = Server(server.BaseUrl, new() { ConcurrencyMax = 2, Timeout = Patience.Limit });
        OpenAiChatClient chat = new(remote.Chat(), TimeProvider.System);

        Task<ChatResponse[]> all = Task.WhenAll(Enumerable.Range(0, 8).Select(i => i % 2 == 0
            ? chat.GetResponseAsync("text")
            : chat.GetStreamingResponseAsync("text").ToChatResponseAsync()));
        await held.Begun.WaitAsync(Patience.Limit);
        await held.Begun.WaitAsync(Patience.Limit);
        held.GoOn.Release(8);
        await all;

        held.Most.ShouldBe(2);
    }

    [Fact]
    public async Task Who_waits_for_a_turn_is_not_timed()
    {
        ManualTime time = new();
        await using OpenAiServer server = await OpenAiServer.StartAsync(new ScriptedChatClient());
        using RemoteServer remote = Server(server.BaseUrl, new() { ConcurrencyMax = 1, Timeout = TimeSpan.FromMinutes(1) });
        await remote.Chat().Slots!.WaitAsync();
        Task<ChatResponse> waiting = new OpenAiChatClient(remote.Chat(), time).GetResponseAsync("text");

        time.Advance(TimeSpan.FromHours(1));
        remote.Chat().Slots!.Release();

        (await waiting).Text.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_probe_waits_behind_nobody()
    {
        await using OpenAiServer server = await OpenAiServer.StartAsync(new ScriptedChatClient());
        using RemoteServer remote = Server(server.BaseUrl, new() { ConcurrencyMax = 1 });
        await remote.Chat().Slots!.WaitAsync();

        await remote.CheckAsync(CancellationToken.None).WaitAsync(Patience.Limit);
    }

    [Theory]
    [InlineData(400, RemoteFault.Request)]
    [InlineData(404, RemoteFault.Request)]
    [InlineData(401, RemoteFault.Unclear)]
    [InlineData(500, RemoteFault.Unclear)]
    [InlineData(429, RemoteFault.Away)]
    [InlineData(502, RemoteFault.Away)]
    [InlineData(503, RemoteFault.Away)]
    public async Task A_status_says_whose_fault_it_is(int status, RemoteFault fault)
    {
        await using OpenAiServer server = await OpenAiServer.StartAsync(new ScriptedChatClient());
        server.Fault = new Fault.Refuses(status, "{}");

        (await FailAsync(server.BaseUrl)).Fault.ShouldBe(fault);
    }

    [Fact]
    public async Task Nobody_who_listens_is_the_servers_fault_and_a_connection_that_breaks_may_be()
    {
        await using OpenAiServer server = await OpenAiServer.StartAsync(new ScriptedChatClient());
        server.Fault = new Fault.DropsAfter(0);
        (await Should.ThrowAsync<RemoteException>(async () => await new OpenAiChatClient(Server(server.BaseUrl).Chat(), TimeProvider.System)
            .GetStreamingResponseAsync("text").ToChatResponseAsync())).Fault.ShouldBe(RemoteFault.Unclear);

        (await FailAsync(FreeAddress())).Fault.ShouldBe(RemoteFault.Away);
    }

    private static Task<RemoteException> FailAsync(Uri address) =>
        Should.ThrowAsync<RemoteException>(() => new OpenAiChatClient(Server(address).Chat(), TimeProvider.System).GetResponseAsync("text"));

    private static RemoteServer Server(Uri address, RemoteOptions? options = null)
    {
        options ??= new();
        options.BaseUrl = address;
        options.Model = "served";
        return new(Options.Create(options), new(), TimeProvider.System);
    }

    private static Uri FreeAddress()
    {
        using TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return new($"http://{listener.LocalEndpoint}/v1");
    }

    /// <summary>Counts who is answered at the same time, and answers when the test says so.</summary>
    private sealed class HeldChatClient : IChatClient
    {
        private int _now;

        public SemaphoreSlim Begun { get; } = new(0);

        public SemaphoreSlim GoOn { get; } = new(0);

        public int Most { get; private set; }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Most = Math.Max(Most, Interlocked.Increment(ref _now));
            Begun.Release();
            await GoOn.WaitAsync(cancellationToken);
            Interlocked.Decrement(ref _now);
            yield return new(ChatRole.Assistant, "word") { FinishReason = ChatFinishReason.Stop };
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
            Begun.Dispose();
            GoOn.Dispose();
        }
    }
}
