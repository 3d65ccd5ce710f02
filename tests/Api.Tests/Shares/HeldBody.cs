using System.Net.Sockets;
using System.Text;

namespace Pipeline.Api.Tests.Shares;

/// <summary>A request whose body has begun and does not go on, until disposed: then its client has left.</summary>
internal sealed class HeldBody : IAsyncDisposable
{
    private const string Continue = "HTTP/1.1 100 Continue\r\n\r\n";

    private readonly TcpClient _connection;

    private HeldBody(TcpClient connection) => _connection = connection;

    public NetworkStream Stream => _connection.GetStream();

    /// <summary>Returns once the server reads the body.</summary>
    public static async Task<HeldBody> BeginAsync(Uri address, string path, string? key, string type, string beginning, int length = 1_000_000)
    {
        TcpClient connection = new() { NoDelay = true };
        await connection.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        HeldBody held = new(connection);
        var authorization = key is null ? "" : $"Authorization: Bearer {key}\r\n";
        await held.SendAsync($"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\n{authorization}Content-Type: {type}\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n");
        var answer = new byte[Continue.Length];
        await held.Stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        await held.SendAsync(beginning);
        return held;
    }

    public async Task SendAsync(string text) => await Stream.WriteAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
