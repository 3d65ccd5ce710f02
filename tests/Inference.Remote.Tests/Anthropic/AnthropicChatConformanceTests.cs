using Microsoft.Extensions.AI;
using Pipeline.Inference.Remote.Anthropic;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Inference.Servers;

namespace Pipeline.Inference.Remote.Tests.Anthropic;

public sealed class AnthropicChatConformanceTests : ChatClientConformance, IAsyncLifetime
{
    private AnthropicServer? _server;
    private AnthropicChatClient? _client;

    protected override IChatClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _server = await AnthropicServer.StartAsync(new ScriptedChatClient());
        _client = new(Endpoints.Of(_server), TimeProvider.System);
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();
}
