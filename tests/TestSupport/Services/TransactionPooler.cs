using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Pipeline.TestSupport.Services;

/// <summary>
/// A pooler that lends one session of a server to its clients, to each for one transaction, as PgBouncer does with
/// pool_mode=transaction and one session. The first client logs in; the others are let in without being asked.
/// </summary>
public sealed class TransactionPooler : IAsyncDisposable
{
    private const int HeaderBytes = 5;
    private const int SslRequest = 80_877_103;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TcpClient _server = new();
    private readonly SemaphoreSlim _transaction = new(1);
    private readonly MemoryStream _welcome = new();
    private readonly NpgsqlConnectionStringBuilder _target;
    private readonly Task _accepting;

    public TransactionPooler(string connectionString)
    {
        _target = new(connectionString);
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.ConnectionString;
        _accepting = AcceptAsync();
    }

    /// <summary>Of the pooler.</summary>
    public string ConnectionString { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        _server.Dispose();
        await _accepting;
        _transaction.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            await _server.ConnectAsync(_target.Host!, _target.Port);
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
        using var _ = client;
        var (stream, server) = (client.GetStream(), _server.GetStream());
        try
        {
            var startup = await ReadStartupAsync(stream);
            await _transaction.WaitAsync();
            if (_welcome.Length == 0)
            {
                await server.WriteAsync(startup);
                await LogInAsync(stream, server);
            }
            else
            {
                await stream.WriteAsync(_welcome.ToArray());
            }

            _transaction.Release();
            while (true)
            {
                var message = await ReadAsync(stream);
                await _transaction.WaitAsync();
                for (; message[0] is not ((byte)'Q' or (byte)'S' or (byte)'X'); message = await ReadAsync(stream))
                {
                    await server.WriteAsync(message);
                }

                if (message[0] is (byte)'X')
                {
                    _transaction.Release();
                    return;
                }

                await server.WriteAsync(message);
                while (await AnswerAsync(server, stream))
                {
                }

                _transaction.Release();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client left, or this pooler ended.
        }
    }

    /// <summary>Whatever the server asks the first client; what it says once it is content is kept for the others.</summary>
    private async Task LogInAsync(NetworkStream client, NetworkStream server)
    {
        while (true)
        {
            var message = await ReadAsync(server);
            await client.WriteAsync(message);
            var isQuestion = message[0] is (byte)'R' && BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(HeaderBytes)) is not (0 or 12);
            if (isQuestion)
            {
                await server.WriteAsync(await ReadAsync(client));
            }
            else if (message[0] is not (byte)'R' || BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(HeaderBytes)) is 0)
            {
                _welcome.Write(message);
            }

            if (message[0] is (byte)'Z')
            {
                return;
            }
        }
    }

    /// <summary>False after the last message of an answer.</summary>
    private static async Task<bool> AnswerAsync(NetworkStream server, NetworkStream client)
    {
        var message = await ReadAsync(server);
        await client.WriteAsync(message);
        return message[0] is not (byte)'Z';
    }

    private static async Task<byte[]> ReadStartupAsync(NetworkStream stream)
    {
        var length = new byte[4];
        while (true)
        {
            await stream.ReadExactlyAsync(length);
            var startup = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            length.CopyTo(startup, 0);
            await stream.ReadExactlyAsync(startup.AsMemory(4));
            if (BinaryPrimitives.ReadInt32BigEndian(startup.AsSpan(4)) != SslRequest)
            {
                return startup;
            }

            await stream.WriteAsync("N"u8.ToArray());
        }
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream)
    {
        var header = new byte[HeaderBytes];
        await stream.ReadExactlyAsync(header);
        var message = new byte[1 + BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
        header.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(HeaderBytes));
        return message;
    }
}
