using Microsoft.Extensions.AI;
using Pipeline.Inference.Remote.OpenAi;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Inference.Servers;

namespace Pipeline.Inference.Remote.Tests.OpenAi;

public sealed class OpenAiChatConformanceTests : ChatClientConformance, IAsyncLifetime
{
    private OpenAiServer? _server;
    private OpenAiChatClient? _client;

    protected override IChatClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _server = await OpenAiServer.StartAsync(new ScriptedChatClient());
        _client = new(Endpoints.Of(_server), TimeProvider.System);
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();
}
