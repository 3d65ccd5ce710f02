using System.Net;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Http;

/// <summary>Takes what exporters send, counts it and forgets it: what a collector costs is not measured.</summary>
internal sealed class TelemetrySink : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _receiving;
    private long _bytes;
    private long _requests;

    private TelemetrySink(int port)
    {
        Address = $"http://127.0.0.1:{port}";
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _receiving = ReceiveAsync();
    }

    public string Address { get; }

    public long Bytes => Interlocked.Read(ref _bytes);

    public long Requests => Interlocked.Read(ref _requests);

    public static TelemetrySink Start() => new(ChildProcess.FreePort());

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _receiving;
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[65_536];
        while (true)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                int read;
                while ((read = await context.Request.InputStream.ReadAsync(buffer)) > 0)
                {
                    Interlocked.Add(ref _bytes, read);
                }

                Interlocked.Increment(ref _requests);
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                if (!_listener.IsListening)
                {
                    return;
                }
            }
        }
    }
}
