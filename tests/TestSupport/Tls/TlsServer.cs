using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.TestSupport.Tls;

/// <summary>Speaks TLS in front of a server that does not, as a server with a certificate would.</summary>
public sealed class TlsServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly Func<NetworkStream, Task> _greet;
    private readonly IPEndPoint _server;
    private readonly Task _accepting;

    /// <param name="server">The one behind.</param>
    /// <param name="certificate">What is shown.</param>
    /// <param name="isPostgres">Whether clients ask for TLS first, as PostgreSQL's do.</param>
    public TlsServer(IPEndPoint server, X509Certificate2 certificate, bool isPostgres)
    {
        (_server, _certificate) = (server, certificate);
        _greet = isPostgres ? AgreeAsync : _ => Task.CompletedTask;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many clients have come as far as a connection with TLS.</summary>
    public int Secured { get; private set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        _certificate.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                using TcpClient server = new();
                await server.ConnectAsync(_server);
                await _greet(client.GetStream());
                await using SslStream secure = new(client.GetStream());
                await secure.AuthenticateAsServerAsync(_certificate);
                Secured++;
                await Task.WhenAny(secure.CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(secure));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // Whoever does not trust the certificate leaves.
        }
    }

    /// <summary>The eight bytes of PostgreSQL's SSLRequest, and the answer that there is TLS.</summary>
    private static async Task AgreeAsync(NetworkStream client)
    {
        await client.ReadExactlyAsync(new byte[8]);
        await client.WriteAsync("S"u8.ToArray());
    }
}
