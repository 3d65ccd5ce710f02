using System.ClientModel;
using Anthropic.Exceptions;

namespace Pipeline.Inference.Remote.Calls;

/// <summary>What an SDK threw, as one <see cref="InferenceException"/> with the server's words and the remedy.</summary>
internal static class RemoteFailure
{
    /// <param name="timedOut">The endpoint's timeout ended the wait, whatever exception the SDK made of it.</param>
    public static InferenceException Of(Exception exception, RemoteEndpoint endpoint, bool timedOut) => exception switch
    {
        InferenceException e => e,
        _ when timedOut => new RemoteException(
            $"{endpoint.Name} did not answer within {endpoint.Timeout.TotalSeconds:0.###} s ({endpoint.Section}:Timeout). Raise it, or ask for less at a time."),

        // Their own exceptions are no inner ones: they quote the server, which may quote the key.
        ClientResultException { Status: > 0 } e => Refused(e.Status, ServerError.Read(e.GetRawResponse()?.Content?.ToString()), endpoint),
        AnthropicApiException e => Refused((int)e.StatusCode, ServerError.Read(e.ResponseBody), endpoint),
        { } e when Transport(e) is { } cause => new RemoteException(
            $"{endpoint.Name} cannot be reached, or closed the connection: {Redact(cause.Message, endpoint)} Check that it runs and that {endpoint.Section}:BaseUrl is correct.",
            status: null,
            cause),
        { } e => new RemoteException(
            $"{endpoint.Name} sent something other than an answer of its protocol ({e.GetType().Name}: {Redact(e.Message, endpoint)}). Check that {endpoint.Section}:BaseUrl is correct; for OpenAI's protocol it ends with /v1."),
    };

    private static InferenceException Refused(int status, ServerError error, RemoteEndpoint endpoint) =>
        error.ContextLength is (int tokens, int tokensMax)
            ? new PromptTooLongException(tokens, tokensMax, $"That is the context of {endpoint.Name}. Shorten or split the text.")
            : new RemoteException($"{endpoint.Name} answered HTTP {status}: {Redact(error.Message, endpoint)} {Remedy(status, endpoint)}", status);

    private static string Remedy(int status, RemoteEndpoint endpoint) => status switch
    {
        401 or 403 when endpoint.Key is null => $"No key was sent; name the variable that holds it in {endpoint.Section}:ApiKeyVariable.",
        401 or 403 => "Check the key in the environment variable.",
        404 => $"Check {endpoint.Section}:BaseUrl and {endpoint.Section}:Model ({endpoint.Model}).",
        429 => "It is at its limit: let fewer jobs run at a time, or raise the limit there.",
        >= 500 => "Look at the server's own log.",
        _ when endpoint.ExtraParameters => $"If it does not know a parameter, set {endpoint.Section}:ExtraParameters to false.",
        _ => "Change the request.",
    };

    private static Exception? Transport(Exception exception) => exception switch
    {
        HttpRequestException { InnerException: IOException inner } => inner,
        HttpRequestException or IOException => exception,
        { InnerException: { } inner } => Transport(inner),
        _ => null,
    };

    private static string Redact(string text, RemoteEndpoint endpoint)
    {
        string clean = ProviderKey.Redact(text, endpoint.Key).Trim();
        return clean.EndsWith('.') ? clean : clean + ".";
    }
}
