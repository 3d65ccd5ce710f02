using System.Net.Sockets;
using System.Text;

namespace Pipeline.Api.Tests.Shares;

/// <summary>A request whose answer has begun and is not taken.</summary>
internal sealed class HeldAnswer : IAsyncDisposable
{
    private readonly TcpClient _connection;

    private HeldAnswer(TcpClient connection) => _connection = connection;

    /// <summary>Returns once the answer begins.</summary>
    public static async Task<HeldAnswer> BeginAsync(Uri address, string path, string key)
    {
        TcpClient connection = new() { NoDelay = true, ReceiveBufferSize = 4_096 };
        await connection.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        var stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {key}\r\n\r\n"), TestContext.Current.CancellationToken);
        await stream.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
        return new(connection);
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
