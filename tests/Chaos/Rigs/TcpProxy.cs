using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Chaos.Rigs;

/// <summary>Stands between the roles and a server, and is as bad a network as it is told to be.</summary>
/// <param name="port">Where the server listens now.</param>
internal sealed class TcpProxy(Func<int> port) : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<ProxiedConnection, bool> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _accepting = Task.CompletedTask;
    private volatile bool _refuses;
    private volatile bool _losesAnswers;
    private long _delayTicks;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>New connections are reset.</summary>
    public bool Refuses
    {
        get => _refuses;
        set => _refuses = value;
    }

    /// <summary>What the server says is dropped, what it is told arrives. Connections are of no use afterwards: cut them.</summary>
    public bool LosesAnswers
    {
        get => _losesAnswers;
        set => _losesAnswers = value;
    }

    /// <summary>Added to each piece of data, in both directions.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    public void Start()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Resets every connection, in the middle of whatever it carries.</summary>
    public void CutAll()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Cut();
        }
    }

    public void Heal()
    {
        Refuses = LosesAnswers = false;
        Delay = TimeSpan.Zero;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        CutAll();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                _ = ServeAsync(client);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = new ProxiedConnection(this, client);
        _connections[connection] = true;
        try
        {
            if (!Refuses)
            {
                await connection.CarryAsync(port(), _stopping.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Either side went away, or the server is down: the client is to see the same.
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }
}
