using Microsoft.Extensions.AI;
using Pipeline.Inference.Remote.Anthropic;
using Pipeline.Inference.Remote.OpenAi;

namespace Pipeline.Inference.Remote.Fallback;

/// <summary>The provider's chat, and the part of a local request that is passed on to it.</summary>
internal static class CloudClient
{
    /// <param name="options">Enabled and valid.</param>
    /// <param name="keys">Has the provider's key.</param>
    /// <param name="time">Measures the timeout.</param>
    public static IChatClient Connect(FallbackOptions options, ProviderKeys keys, TimeProvider time)
    {
        RemoteEndpoint endpoint = new()
        {
            Name = options.Provider.ToString(),
            BaseUrl = options.BaseUrl,
            Model = options.Model!,
            Key = keys.Find(options.KeyVariable),
            Timeout = options.Timeout,
            Section = FallbackOptions.Section,
            ExtraParameters = false,
        };
        return options.Provider is FallbackProvider.Anthropic ? new AnthropicChatClient(endpoint, time) : new OpenAiChatClient(endpoint, time);
    }

    /// <summary>
    /// What the answer must be, without how it is sampled: the local model's name and sampler mean nothing to the provider, and
    /// newer models refuse temperature, top_p and top_k. A fallback that fails over a sampler setting would be none.
    /// </summary>
    public static ChatOptions? Options(ChatOptions? local)
    {
        if (local?.Clone() is not { } options)
        {
            return null;
        }

        (options.ModelId, options.AdditionalProperties, options.RawRepresentationFactory, options.Reasoning) = (null, null, null, null);
        (options.Temperature, options.TopP, options.TopK, options.Seed) = (null, null, null, null);
        (options.FrequencyPenalty, options.PresencePenalty) = (null, null);
        return options;
    }
}
