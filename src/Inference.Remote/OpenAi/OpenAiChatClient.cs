using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Pipeline.Inference.Remote.OpenAi;

/// <summary>
/// Chat with any server that speaks OpenAI's protocol: SGLang, vLLM, llama-server, OpenAI itself. Text, JSON and calls of
/// functions; images are refused. Failures are <see cref="InferenceException"/>, too long prompts
/// <see cref="PromptTooLongException"/>. Safe from any thread.
/// </summary>
public sealed class OpenAiChatClient(RemoteEndpoint endpoint, TimeProvider time) : IChatClient
{
    private readonly OpenAIClient _sdk = OpenAiSdk.Connect(endpoint);
    private readonly ChatClientMetadata _metadata = new("openai", endpoint.BaseUrl, endpoint.Model);

    internal RemoteEndpoint Endpoint => endpoint;

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = OpenAiMessages.From(messages, options);
        ChatCompletionOptions parameters = OpenAiParameters.From(options, endpoint.ExtraParameters, this);
        return Calls.RemoteCall.RunAsync(
            endpoint,
            time,
            async token => OpenAiAnswers.Read((await Model(options).CompleteChatAsync(request, parameters, token)).Value, endpoint),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = OpenAiMessages.From(messages, options);
        ChatCompletionOptions parameters = OpenAiParameters.From(options, endpoint.ExtraParameters, this);
        var pieces = Calls.RemoteCall.StreamAsync(
            endpoint, time, token => Model(options).CompleteChatStreamingAsync(request, parameters, token), cancellationToken);
        bool finished = false;
        await foreach (StreamingChatCompletionUpdate piece in pieces)
        {
            ChatResponseUpdate update = OpenAiAnswers.Read(piece);
            finished |= update.FinishReason is not null;
            yield return update;
        }

        if (!finished)
        {
            throw new RemoteException($"{endpoint.Name} ended the stream before the answer was complete. Look at the server's own log.");
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Holds nothing: the SDK's connections are shared by the process.</summary>
    public void Dispose()
    {
    }

    private ChatClient Model(ChatOptions? options) => _sdk.GetChatClient(options?.ModelId ?? endpoint.Model);
}
