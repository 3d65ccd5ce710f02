using System.Net;
using System.Net.Sockets;

namespace Pipeline.Core.Webhooks;

/// <summary>
/// Connects to a host by one look at its name: the addresses that were checked are the addresses that are connected to. A
/// second look could get another answer, which is how a name is rebound to the inside of a network.
/// </summary>
internal sealed class GuardedConnection(TargetRule rule)
{
    /// <exception cref="TargetRefusedException">The name leads to no address that webhooks may go to.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        IPAddress[] allowed = [.. (await Dns.GetHostAddressesAsync(host, cancellationToken)).Where(rule.Allows)];
        if (allowed is [])
        {
            throw new TargetRefusedException(host);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A webhook would go to where none may go.</summary>
internal sealed class TargetRefusedException(string host) : Exception($"The URL {TargetRule.Refusal(host)}");
