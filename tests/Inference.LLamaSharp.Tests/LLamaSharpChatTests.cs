using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Generation;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

public sealed class LLamaSharpChatTests : ChatClientConformance, IAsyncLifetime
{
    private InferenceEngine? _engine;

    protected override IChatClient Client => new LocalChatClient(_engine!, Options.Create(new InferenceOptions()));

    public async ValueTask InitializeAsync() => _engine = await TestEngine.LoadAsync();

    public ValueTask DisposeAsync() => _engine!.DisposeAsync();
}
