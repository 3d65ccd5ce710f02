using System.Net.Http.Headers;

namespace Pipeline.Client.Wire;

/// <summary>What servers answer who cannot do it now.</summary>
internal static class RetryAfterHeader
{
    /// <summary>How long to wait; null where the server does not say, and where the date that it named has passed: the caller has a delay of its own.</summary>
    public static TimeSpan? RetryDelay(this HttpResponseHeaders headers, TimeProvider time) => headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };
}
