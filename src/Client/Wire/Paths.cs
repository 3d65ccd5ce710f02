using System.Globalization;

namespace Pipeline.Client.Wire;

/// <summary>Addresses below the root of the server, and the headers of requests to them.</summary>
internal static class Paths
{
    public const string Jobs = "api/jobs";

    public static string Job(Guid id) => $"api/jobs/{id}";

    public static string Batch(Guid id) => $"api/batches/{id}";

    /// <summary>The job of a Location header.</summary>
    public static Guid? IdOf(Uri? location) => Guid.TryParse(location?.OriginalString.Split('/')[^1], out var id) ? id : null;

    public static HttpRequestMessage WithKey(this HttpRequestMessage message, string? key)
    {
        if (key is not null)
        {
            message.Headers.Add("Idempotency-Key", key);
        }

        return message;
    }

    /// <param name="hold">How long the server may hold the request; null for not at all.</param>
    public static HttpRequestMessage WithHold(this HttpRequestMessage message, TimeSpan? hold)
    {
        if (hold is { } time)
        {
            message.Headers.Add("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={Math.Ceiling(time.TotalSeconds)}"));
        }

        return message;
    }
}
