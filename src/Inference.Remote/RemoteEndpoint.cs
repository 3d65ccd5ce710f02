using System.Net.Sockets;

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

    /// <summary>As many requests as it gets at once; who waits for one of these is not timed. Null bounds nothing.</summary>
    internal SemaphoreSlim? Slots { get; init; }
}

/// <summary>Which addresses of servers do.</summary>
internal static class RemoteAddress
{
    /// <returns>What is wrong with it and the remedy; null where nothing is, or where there is none.</returns>
    public static string? Problem(Uri? address, string setting) => address switch
    {
        null => null,
        { IsAbsoluteUri: false } or { Scheme: not ("http" or "https") } => $"{setting} is {address}, which is not an HTTP address. Give one such as http://127.0.0.1:8000/v1.",
        { UserInfo.Length: > 0 } => $"{setting} has a user name or password in it, which would show in logs. Put the key into an environment variable instead.",
        _ => null,
    };
}

/// <summary>A server refused a request, broke off or could not be reached. The message has its words, without the key.</summary>
public sealed class RemoteException(string message, int? status = null, Exception? innerException = null)
    : InferenceException(message, innerException)
{
    /// <summary>HTTP status; null where there was no answer or not one in the protocol.</summary>
    public int? Status => status;

    /// <summary>Whether the server is to blame, and not the request.</summary>
    public RemoteFault Fault => status switch
    {
        429 or 502 or 503 => RemoteFault.Away,
        401 or 403 or >= 500 => RemoteFault.Unclear,
        null => InnerException?.GetBaseException() is SocketException { SocketErrorCode: not (SocketError.ConnectionReset or SocketError.ConnectionAborted) }
            ? RemoteFault.Away
            : RemoteFault.Unclear,
        _ => RemoteFault.Request,
    };
}

/// <summary>What a failure says of the server.</summary>
public enum RemoteFault
{
    /// <summary>It understood the request and refused it.</summary>
    Request,

    /// <summary>It failed at this request, or fails at all: <see cref="RemoteServer.CheckAsync"/> tells which.</summary>
    Unclear,

    /// <summary>Nobody listens there, or it takes no more for now.</summary>
    Away,
}
