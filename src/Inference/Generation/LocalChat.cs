using Microsoft.Extensions.AI;

namespace Pipeline.Inference.Generation;

/// <summary>Chat with the local models: <see cref="ChatOptions.ModelId"/> is the model's file; null where only one is loaded.</summary>
public sealed class LocalChat(LocalModels models) : IChatClient
{
    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        models.Chat(options?.ModelId).GetResponseAsync(messages, options, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        models.Chat(options?.ModelId).GetStreamingResponseAsync(messages, options, cancellationToken);

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    /// <summary>Nothing: the models belong to the host.</summary>
    public void Dispose()
    {
    }
}
