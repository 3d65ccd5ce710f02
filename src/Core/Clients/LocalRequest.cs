using System.Net;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Core.Clients;

/// <summary>
/// Whether a request comes from this machine and asked for this machine: the one rule by which anything is given without a key.
/// Whatever passed a proxy may come from a stranger, although its connection comes from here.
/// </summary>
public static class LocalRequest
{
    /// <summary>What proxies add, and what the framework leaves where it has read it (X-Original-For).</summary>
    private static readonly string[] ForwardingHeaders =
    [
        "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "X-Original-For", "X-Original-Host",
        "X-Original-Proto", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP",
    ];

    public static bool Is(HttpContext context)
    {
        // Null: a Unix socket or an in-memory server.
        var (remote, local) = (context.Connection.RemoteIpAddress, context.Connection.LocalIpAddress);
        return (remote is null || IPAddress.IsLoopback(remote))
            && (local is null || IPAddress.IsLoopback(local))
            // A web page could point its own host name at 127.0.0.1 and so speak for whoever browses it.
            && IsLoopbackHost(context.Request.Host.Host)
            && !ForwardingHeaders.Any(context.Request.Headers.ContainsKey);
    }

    public static bool IsLoopbackHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
