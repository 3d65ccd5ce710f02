using System.Net;
using System.Net.Sockets;

namespace Pipeline.Chaos.Rigs;

/// <summary>One connection of a role through a <see cref="TcpProxy"/>.</summary>
internal sealed class ProxiedConnection(TcpProxy proxy, TcpClient client) : IDisposable
{
    private const int PieceBytes = 16 * 1024;

    private readonly TcpClient _server = new() { NoDelay = true };

    /// <summary>Returns when either side has closed.</summary>
    public async Task CarryAsync(int port, CancellationToken cancellationToken)
    {
        client.NoDelay = true;
        await _server.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        var questions = PumpAsync(client.GetStream(), _server.GetStream(), isAnswer: false, cancellationToken);
        var answers = PumpAsync(_server.GetStream(), client.GetStream(), isAnswer: true, cancellationToken);
        await await Task.WhenAny(questions, answers);
    }

    /// <summary>A reset, as of a router that lost its memory: neither side hears a farewell.</summary>
    public void Cut()
    {
        Reset(client);
        Reset(_server);
    }

    public void Dispose() => Cut();

    private static void Reset(TcpClient side)
    {
        try
        {
            side.Client?.Close(timeout: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was closed at the same time by the other pump.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool isAnswer, CancellationToken cancellationToken)
    {
        var buffer = new byte[PieceBytes];
        var lost = false;
        while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var length)
        {
            await Pause.ForAsync(proxy.Delay, cancellationToken);

            // Once a piece is missing the rest makes no sense.
            lost |= isAnswer && proxy.LosesAnswers;
            if (!lost)
            {
                await to.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
            }
        }
    }
}
