using Microsoft.Extensions.AI;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Remote;
using Pipeline.Inference.Remote.OpenAi;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Inference.Servers;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>Every rule of a chat client, on the real engine; the small model, because a trained one has no near ties.</summary>
public sealed class LocalChatTests : ChatClientConformance, IAsyncLifetime
{
    private LocalModel? _engine;

    protected override IChatClient Client => _engine!.Chat;

    public async ValueTask InitializeAsync() => _engine = await TestEngine.LoadAsync();

    public ValueTask DisposeAsync() => _engine!.DisposeAsync();
}

/// <summary>The same rules for a client that asks the engine over OpenAI's protocol.</summary>
public sealed class ServedChatTests : ChatClientConformance, IAsyncLifetime
{
    private LocalModel? _engine;
    private OpenAiServer? _server;
    private OpenAiChatClient? _client;

    protected override IChatClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _engine = await TestEngine.LoadAsync();
        _server = await OpenAiServer.StartAsync(_engine!.Chat);
        RemoteEndpoint endpoint = new()
        {
            Name = "The engine", BaseUrl = _server.BaseUrl, Model = "served", Timeout = TimeSpan.FromMinutes(1), Section = RemoteOptions.Section,
        };
        _client = new(endpoint, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        await _engine!.DisposeAsync();
    }
}

public sealed class LocalLabelTests : LabelScorerConformance, IAsyncLifetime
{
    private LocalModel? _engine;

    protected override ILabelScorer Scorer => _engine!;

    public async ValueTask InitializeAsync() => _engine = await TestEngine.LoadAsync();

    public ValueTask DisposeAsync() => _engine!.DisposeAsync();
}

public sealed class LocalEmbeddingTests : EmbeddingGeneratorConformance, IAsyncLifetime
{
    private readonly EmbeddingEngine _engine = TestEngine.CreateEmbeddings();

    protected override IEmbeddingGenerator<string, Embedding<float>> Generator => _engine;

    public async ValueTask InitializeAsync() => await _engine.LoadAsync(EmbeddingTexts.ModelPath, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();
}
