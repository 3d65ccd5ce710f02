using System.Net;
using System.Text.Json;

namespace Pipeline.Chaos.Clients;

internal sealed record ApiReply(HttpStatusCode Status, TimeSpan? RetryAfter, string Body)
{
    public bool IsAccepted => Status is HttpStatusCode.OK or HttpStatusCode.Accepted;

    /// <summary>What an outage may be answered with; anything else is an opinion about the request.</summary>
    public bool IsPassing => Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests;

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

internal static class ApiRequests
{
    /// <summary>Null when no whole answer came, or none that says 200.</summary>
    public static async Task<string?> TryReadAsync(this HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(address, cancellationToken);
            return response.StatusCode is HttpStatusCode.OK ? await response.Content.ReadAsStringAsync(cancellationToken) : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Null when no whole answer came.</summary>
    public static async Task<ApiReply?> TrySendAsync(this HttpClient http, Uri address, HttpContent content, string key, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
            request.Headers.Add("Idempotency-Key", key);
            using var response = await http.SendAsync(request, cancellationToken);
            return new(response.StatusCode, response.Headers.RetryAfter?.Delta, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
