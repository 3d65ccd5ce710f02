using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Webhooks;

/// <summary>
/// Where a webhook may go. A client names the URL and the pipeline calls it, from inside the operator's network: without
/// this rule a job would be a way to reach what only the pipeline can.
/// </summary>
public sealed class TargetRule(IOptions<WebhookOptions> options)
{
    private const int UrlLengthMax = 2_048;

    // Nobody's webhooks end there, on no network.
    private static readonly IPNetwork[] Closed =
    [
        .. Networks("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        .. Networks("::/128", "fe80::/10", "ff00::/8"),
        // Metadata and wire servers of clouds outside of the link-local range.
        .. Networks("100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::/32", "fd20:ce::254/128"),
    ];

    // Loopback, private, shared (CGNAT), benchmarking, documentation.
    private static readonly IPNetwork[] Private = Networks(
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15", "192.0.2.0/24",
        "198.51.100.0/24", "203.0.113.0/24", "192.88.99.0/24", "::1/128", "fc00::/7", "fec0::/10");

    // What is public in IPv6, less tunnels, which could lead to any IPv4 address, and documentation.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] NotGlobal = Networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    // A network's own NAT64 may have any length (RFC 8215, 6052).
    private static readonly IPNetwork LocalNat64 = IPNetwork.Parse("64:ff9b:1::/48");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    private readonly WebhookOptions _options = options.Value;

    /// <summary>What is wrong with a URL as far as it can be told without the network, as the end of a sentence; null when nothing is.</summary>
    public string? Fault(string text)
    {
        if (text.Length > UrlLengthMax)
        {
            return $"has {text.Length} characters: send at most {UrlLengthMax}.";
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length is 0)
        {
            return $"is \"{text}\": send an absolute URL, for example https://example.com/hooks.";
        }

        if (url.AbsoluteUri.Length > UrlLengthMax)
        {
            return $"has {url.AbsoluteUri.Length} characters once it is escaped: send at most {UrlLengthMax}.";
        }

        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            return "contains a user name, a password or a fragment: leave them out. Webhooks are signed; POST /api/webhooks/secrets.";
        }

        if (url.Scheme is "http" && !_options.AllowHttp)
        {
            return "is http: send an https URL, or ask the operator to set Webhooks:AllowHttp.";
        }

        return IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address) && !Allows(address) ? Refusal(url.Host) : null;
    }

    /// <summary>Whether a webhook may be sent to this very address.</summary>
    public bool Allows(IPAddress address)
    {
        var plain = Unwrap(address);
        if (Embedded(address).Prepend(plain).Any(candidate => Closed.Any(network => network.Contains(candidate))))
        {
            return false;
        }

        return _options.AllowPrivateTargets
            || (plain.GetAddressBytes().Length is 4
                ? !Private.Any(network => network.Contains(plain))
                : GlobalUnicast.Contains(plain) && !NotGlobal.Any(network => network.Contains(plain)));
    }

    // Without the address that the name leads to: a client must not learn the inside of the network from it.
    internal static string Refusal(string host) =>
        $"leads to {host}, which is not on the public network: send a public URL, or have the operator set Webhooks:AllowPrivateTargets.";

    /// <summary>The IPv4 address that an IPv6 one stands for, if it does.</summary>
    private static IPAddress Unwrap(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : Nat64.Contains(address) ? new IPAddress(address.GetAddressBytes()[12..])
        : address;

    /// <summary>
    /// The IPv4 addresses that a router on the way could make of an IPv6 one: 6to4, Teredo, ISATAP, translated and compatible
    /// addresses, and the NAT64 of a network of one's own. That a tunnel is there is nothing that a client should find out.
    /// </summary>
    private static IEnumerable<IPAddress> Embedded(IPAddress address)
    {
        if (address.GetAddressBytes() is not { Length: 16 } bytes || IPAddress.IsLoopback(address))
        {
            yield break;
        }

        var last = new IPAddress(bytes.AsSpan(12));
        if (bytes is [0x20, 0x02, ..])
        {
            yield return new(bytes.AsSpan(2, 4));
        }
        else if (bytes is [0x20, 0x01, 0, 0, ..])
        {
            yield return new(bytes.AsSpan(4, 4));
            yield return new([.. bytes[12..].Select(part => (byte)~part)]);
        }
        else if (LocalNat64.Contains(address))
        {
            yield return last;
            yield return new([bytes[6], bytes[7], bytes[9], bytes[10]]);
            yield return new([bytes[7], bytes[9], bytes[10], bytes[11]]);
            yield return new(bytes.AsSpan(9, 4));
        }
        else if (bytes is [0, 0, 0, 0, 0, 0, 0, 0, ..] || bytes[8..12] is [0 or 2, 0, 0x5e, 0xfe])
        {
            yield return last;
        }
    }

    private static IPNetwork[] Networks(params string[] networks) => [.. networks.Select(IPNetwork.Parse)];
}

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
