using Microsoft.Extensions.Options;
using Pipeline.Inference.Remote.Calls;
using Pipeline.Inference.Remote.OpenAi;

namespace Pipeline.Inference.Remote;

/// <summary>The server of section "Inference:Remote".</summary>
public sealed class RemoteServer(IOptions<RemoteOptions> options, ProviderKeys keys, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan _checkTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _slots = new(options.Value.ConcurrencyMax);

    /// <summary>What messages call it.</summary>
    public string Name => $"The server at {options.Value.BaseUrl}";

    /// <summary>For chat and scoring.</summary>
    public RemoteEndpoint Chat() => Endpoint(options.Value.Model!);

    /// <summary>For embeddings; null where the local model makes them.</summary>
    public RemoteEndpoint? Embeddings() => options.Value.EmbeddingModel is { } model ? Endpoint(model) : null;

    /// <summary>Asks for the list of models, which costs the server nothing.</summary>
    /// <exception cref="InferenceException">It does not answer, or refuses the key.</exception>
    public Task CheckAsync(CancellationToken cancellationToken)
    {
        RemoteEndpoint endpoint = Chat() with { Timeout = _checkTimeout, Slots = null };
        return RemoteCall.RunAsync(
            endpoint, time, token => OpenAiSdk.Connect(endpoint).GetOpenAIModelClient().GetModelsAsync(token), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private RemoteEndpoint Endpoint(string model) => new()
    {
        Name = Name,
        BaseUrl = options.Value.BaseUrl,
        Model = model,
        Key = options.Value.ApiKeyVariable is { } variable ? keys.Find(variable) : null,
        Timeout = options.Value.Timeout,
        Section = RemoteOptions.Section,
        ExtraParameters = options.Value.ExtraParameters,
        Slots = _slots,
    };
}
