using System.Net;
using Pipeline.Client.Wire;

namespace Pipeline.Cli.Models.Pulling;

/// <summary>What a status of the hub, or of any file server, means for the person who pulls.</summary>
internal static class ServerRefusal
{
    private const string ErrorCode = "X-Error-Code";
    private const string Gated = "GatedRepo";

    /// <summary>A refusal of HEAD that says nothing of GET, as from signed addresses.</summary>
    public static bool IsOfMethod(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.Forbidden && Code(response) is null;

    public static TransferException Of(HttpResponseMessage response, Uri address, Hub hub, TimeProvider time)
    {
        var status = (int)response.StatusCode;
        var isOfHub = hub.Has(address);
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized when isOfHub && hub.Token is null => Final(
                $"{address} answers 401: it is private or gated, or does not exist. Check the name, and set {Hub.TokenVariable} to a token of an account that may read it."),
            HttpStatusCode.Unauthorized when isOfHub => Final($"{address} answers 401: the token in {Hub.TokenVariable} is not valid, or there is no such repository. Make a new one, or check the name."),
            HttpStatusCode.Forbidden when isOfHub && (Code(response) is Gated || hub.Token is null) => Final(
                $"{address} answers 403: the model is gated. Accept its terms at {Page(address)}, and set {Hub.TokenVariable} to a token of that account ({(hub.Token is null ? "it is not set" : "the one that is set may not read it")})."),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Final(
                $"{address.Host} answers {status} for {address.AbsolutePath}: it does not give this file to you. {(isOfHub ? $"Check the rights of the token in {Hub.TokenVariable}." : $"{Hub.TokenVariable} is sent to {hub.Endpoint.Host} only.")}"),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => Final($"{address} does not exist ({status}). Check the repository, the revision and the name of the file; letters' case counts."),
            HttpStatusCode.TooManyRequests => new($"{address.Host} answers 429: too many requests.", isTransient: true, response.Headers.RetryDelay(time)),
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => new($"{address.Host} answers {status}.", isTransient: true, response.Headers.RetryDelay(time)),
            _ => Final($"{address} answers {status} {response.ReasonPhrase}, which is no file. Check the address."),
        };
    }

    private static TransferException Final(string message) => new(message, isTransient: false);

    private static string? Code(HttpResponseMessage response) => response.Headers.TryGetValues(ErrorCode, out var values) ? values.FirstOrDefault() : null;

    /// <summary>Where a browser shows the repository.</summary>
    private static string Page(Uri address) => address.GetLeftPart(UriPartial.Authority) + string.Concat(address.Segments.Take(3)).TrimEnd('/');
}
