using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;

namespace Pipeline.Inference.Remote.OpenAi;

/// <summary>The SDK's client of an endpoint.</summary>
internal static class OpenAiSdk
{
    public static OpenAIClient Connect(RemoteEndpoint endpoint)
    {
        OpenAIClientOptions options = new()
        {
            Endpoint = endpoint.BaseUrl,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan, // RemoteCall bounds every request.
        };
        return endpoint.Key is { } key ? new(new ApiKeyCredential(key.Value), options) : new(new KeylessPolicy(), options);
    }
}

/// <summary>Sends no Authorization header: servers of one's own often have no key, and the SDK takes no empty one.</summary>
internal sealed class KeylessPolicy : AuthenticationPolicy
{
    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
        ProcessNext(message, pipeline, currentIndex);

    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
        ProcessNextAsync(message, pipeline, currentIndex);
}
