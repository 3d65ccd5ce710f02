namespace Pipeline.Inference.Remote;

/// <summary>A server that answers, and the words that name it in messages.</summary>
public sealed record RemoteEndpoint
{
    /// <summary>What people call it, such as "OpenAI" or "The server at http://gpu:8000/v1".</summary>
    public required string Name { get; init; }

    /// <summary>Where it is: with OpenAI's protocol up to and including <c>/v1</c>; null takes the provider's own address.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>Model asked for where a request names none.</summary>
    public required string Model { get; init; }

    /// <summary>Null sends none.</summary>
    public ProviderKey? Key { get; init; }

    /// <summary>Longest wait for a whole answer, or for the next piece of a streamed one.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Configuration section that remedies name.</summary>
    public required string Section { get; init; }

    /// <summary>
    /// Sends parameters that are not OpenAI's own: top_k, min_p, repeat_penalty, chat_template_kwargs and the like. SGLang,
    /// vLLM and llama-server know them; api.openai.com refuses requests that have them.
    /// </summary>
    public bool ExtraParameters { get; init; } = true;
}
