using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Pipeline.Inference.Remote.Tests.Fallback;

/// <summary>Streams some pieces, then waits for its cancellation or throws.</summary>
internal sealed class HangingChatClient(Exception? failure, params string[] pieces) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return new(ChatRole.Assistant, "");
        foreach (string piece in pieces)
        {
            yield return new(ChatRole.Assistant, piece);
        }

        if (failure is not null)
        {
            throw failure;
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
