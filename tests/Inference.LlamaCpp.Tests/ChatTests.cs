using Microsoft.Extensions.AI;
using Pipeline.Inference.Generation;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LlamaCpp.Tests;

/// <summary>Every rule of a chat client, on the real engine; the small model, because a trained one has no near ties.</summary>
public sealed class ChatTests : ChatClientConformance, IAsyncLifetime
{
    private InferenceEngine? _engine;

    protected override IChatClient Client => new LocalChatClient(_engine!, Microsoft.Extensions.Options.Options.Create(new InferenceOptions()));

    public async ValueTask InitializeAsync() => _engine = await TestEngine.LoadAsync();

    public async ValueTask DisposeAsync() => await _engine!.DisposeAsync();
}
