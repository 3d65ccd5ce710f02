using System.Runtime.CompilerServices;
using Anthropic;
using Anthropic.Core;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Remote.Calls;

namespace Pipeline.Inference.Remote.Anthropic;

/// <summary>Anthropic's Messages API through the adapter of its SDK, with our timeout and our failures.</summary>
public sealed class AnthropicChatClient(RemoteEndpoint endpoint, TimeProvider time) : DelegatingChatClient(Connect(endpoint))
{
    private const int AnswerTokensMax = 4_096; // The protocol demands a limit; this holds where a request has none.

    /// <inheritdoc/>
    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        RemoteCall.RunAsync(endpoint, time, token => base.GetResponseAsync(messages, options, token), cancellationToken);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var pieces = RemoteCall.StreamAsync(
            endpoint, time, token => InnerClient.GetStreamingResponseAsync(messages, options, token), cancellationToken);
        bool finished = false;
        await foreach (ChatResponseUpdate piece in pieces)
        {
            finished |= piece.FinishReason is not null;
            yield return piece;
        }

        if (!finished)
        {
            throw new RemoteException($"{endpoint.Name} ended the stream before the answer was complete.");
        }
    }

    private static IChatClient Connect(RemoteEndpoint endpoint)
    {
        ClientOptions options = new()
        {
            ApiKey = endpoint.Key?.Value,
            AuthToken = null, // Not whatever else the environment holds.
            MaxRetries = 0,
            Timeout = Timeout.InfiniteTimeSpan, // RemoteCall bounds every request.
        };
        if (endpoint.BaseUrl is { } address)
        {
            options.BaseUrl = address.ToString();
        }

        return new AnthropicClient(options).AsIChatClient(endpoint.Model, AnswerTokensMax);
    }
}
