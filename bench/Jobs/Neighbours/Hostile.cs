using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Bench.Jobs.Neighbours;

/// <summary>A client with a key of its own that means no good, and does not care what it is answered.</summary>
/// <param name="address">The API.</param>
/// <param name="key">Its key.</param>
/// <param name="silent">A receiver of webhooks that never answers.</param>
internal sealed class Hostile(Uri address, string key, Uri silent) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 4_096 })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromMinutes(5),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    };

    public Uri Silent => silent;

    /// <summary>How often it was answered with each status; 0: not at all.</summary>
    public ConcurrentDictionary<int, int> Answers { get; } = [];

    /// <summary>So many at once, each again and again.</summary>
    public static Task RepeatAsync(int count, Func<int, Task> act, CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await act(i);
        }
    }));

    public Task PostAsync(string path, string json, CancellationToken cancellationToken) => PostAsync(path, Encoding.UTF8.GetBytes(json), "application/json", cancellationToken);

    public Task PostAsync(string path, byte[] body, string type, CancellationToken cancellationToken) =>
        SendAsync(() => new(HttpMethod.Post, path) { Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } } }, cancellationToken);

    /// <summary>The body of the answer; null where there is none.</summary>
    public async Task<string?> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage request = make();
            using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
            Count((int)response.StatusCode);
            return await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            Count(0);
            return null;
        }
    }

    /// <summary>Opens a connection, sends the beginning of a request and whatever it likes to do then; null where the connection breaks.</summary>
    public async Task HoldAsync(string head, Func<NetworkStream, Task> act, CancellationToken cancellationToken)
    {
        try
        {
            using TcpClient connection = new() { NoDelay = true };
            await connection.ConnectAsync(address.Host, address.Port, cancellationToken);
            string request = $"{head}\r\nHost: {address.Authority}\r\nAuthorization: Bearer {key}\r\n";
            await connection.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request), cancellationToken);
            await act(connection.GetStream());
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            Count(0);
        }
    }

    public void Dispose() => _http.Dispose();

    private void Count(int status) => Answers.AddOrUpdate(status, 1, (_, count) => count + 1);
}
