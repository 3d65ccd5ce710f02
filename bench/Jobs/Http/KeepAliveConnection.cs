using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Http;

/// <summary>
/// An HTTP/1.1 client that costs next to nothing: it shares the cores with what it measures. One request at a time, the same
/// bytes each time.
/// </summary>
internal sealed class KeepAliveConnection : IDisposable
{
    private const int ResponseBytesMax = 64 * 1_024;
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[ResponseBytesMax];

    public static async Task<KeepAliveConnection> OpenAsync(int port, CancellationToken cancellationToken)
    {
        KeepAliveConnection connection = new();
        try
        {
            await connection._socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <param name="headers">More header lines, each with its line end.</param>
    public static byte[] Post(string path, string body, string headers = "") => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}"));

    /// <summary>Returns when the whole answer is here.</summary>
    /// <exception cref="BenchException">It has another status.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> request, int status, CancellationToken cancellationToken)
    {
        await _socket.SendAsync(request, cancellationToken);
        int length = 0;
        do
        {
            int read = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            length += read;
            if (read is 0)
            {
                throw new BenchException($"A server closed the connection after {length} bytes of its answer; see its log under .local/bench/logs.");
            }
        }
        while (!IsComplete(_buffer.AsSpan(0, length)));

        // HTTP/1.1 202 …
        if (!int.TryParse(_buffer.AsSpan(9, 3), CultureInfo.InvariantCulture, out int answered) || answered != status)
        {
            throw new BenchException($"A server answered otherwise than with {status}: {Encoding.UTF8.GetString(_buffer, 0, length)}");
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        int end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        string headers = Encoding.ASCII.GetString(answer[..(end + 2)]);
        const string name = "\r\nContent-Length: ";
        int at = headers.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return answer.EndsWith("\r\n0\r\n\r\n"u8); // In chunks, of which this is the last.
        }

        at += name.Length;
        int bytes = int.Parse(headers.AsSpan(at, headers.IndexOf('\r', at) - at), CultureInfo.InvariantCulture);
        return answer.Length >= end + 4 + bytes;
    }
}
