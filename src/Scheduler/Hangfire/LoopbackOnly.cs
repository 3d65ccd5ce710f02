using System.Net;

namespace Pipeline.Scheduler.Hangfire;

/// <summary>
/// Lets in only a browser on this machine that asked for this machine. Anything else could be a proxy that forwards
/// strangers, or a page that resolves its own name to a loopback address.
/// </summary>
internal static class LoopbackOnly
{
    private static readonly string[] ForwardingHeaders = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"];

    public static bool IsLocal(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        && IsLoopbackName(http.Request.Host.Host)
        && !ForwardingHeaders.Any(http.Request.Headers.ContainsKey);

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
