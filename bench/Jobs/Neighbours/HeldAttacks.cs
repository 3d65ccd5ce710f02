using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Pipeline.Bench.Jobs.Neighbours;

/// <summary>Connections that are begun and not ended.</summary>
internal static class HeldAttacks
{
    private const int Held = 400;
    private const int LargeBytes = 20_000_000;

    private static readonly TimeSpan _trickle = TimeSpan.FromSeconds(1);

    /// <summary>Batches, files and documents of which some hundred kilobytes are sent, and then nothing.</summary>
    public static Task BegunAsync(Hostile hostile, CancellationToken cancellationToken) => Hostile.RepeatAsync(
        Held,
        async i =>
        {
            (string path, string type, string beginning) = (i % 3) switch
            {
                0 => ("/api/jobs/batch", "application/x-ndjson", Sides.PipelineSide.Item + "\n"),
                1 => ("/v1/files", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"),
                _ => ("/api/documents?filename=a.txt", "text/plain", "some words "),
            };
            byte[] body = Encoding.UTF8.GetBytes(beginning + new StringBuilder().Insert(0, Sides.PipelineSide.Item + "\n", 500));
            await hostile.HoldAsync($"POST {path} HTTP/1.1", async stream =>
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"Content-Type: {type}\r\nContent-Length: {LargeBytes}\r\n\r\n"), cancellationToken);
                await stream.WriteAsync(body, cancellationToken);
                await DrainAsync(stream, cancellationToken);
            }, cancellationToken);
        },
        cancellationToken);

    /// <summary>Streams of the events of a job that never runs.</summary>
    public static async Task StreamsAsync(Hostile hostile, CancellationToken cancellationToken)
    {
        string? accepted = await hostile.SendAsync(
            () => new(HttpMethod.Post, "/api/chat/completions") { Content = new StringContent("""{"messages":[{"role":"user","content":"x"}]}""", Encoding.UTF8, "application/json") }, cancellationToken);
        JsonElement id = default;
        bool isThere = accepted is not null && JsonDocument.Parse(accepted).RootElement.TryGetProperty("id", out id);
        await Hostile.RepeatAsync(
            Held,
            _ => hostile.HoldAsync($"GET /api/jobs/{(isThere ? id : "x")}/events HTTP/1.1", async stream =>
            {
                await stream.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
                await DrainAsync(stream, cancellationToken);
                await Task.Delay(_trickle, TimeProvider.System, cancellationToken); // Refused: it comes again.
            }, cancellationToken),
            cancellationToken);
    }

    /// <summary>Downloads of a file of 20 MB of which nothing is read.</summary>
    public static async Task ReadersAsync(Hostile hostile, CancellationToken cancellationToken)
    {
        using MultipartFormDataContent form = new() { { new StringContent("batch"), "purpose" }, { new ByteArrayContent(new byte[LargeBytes]), "file", "large.jsonl" } };
        string? stored = await hostile.SendAsync(() => new(HttpMethod.Post, "/v1/files") { Content = form }, cancellationToken);
        string? id = stored is not null && JsonDocument.Parse(stored).RootElement.TryGetProperty("id", out JsonElement file) ? file.GetString() : null;
        await Hostile.RepeatAsync(
            Held / 2,
            _ => hostile.HoldAsync($"GET /v1/files/{id}/content HTTP/1.1", async stream =>
            {
                await stream.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
                await Task.Delay(10 * _trickle, TimeProvider.System, cancellationToken);
            }, cancellationToken),
            cancellationToken);
    }

    /// <summary>Bodies of 4 MB that come a kilobyte a second.</summary>
    public static Task WritersAsync(Hostile hostile, CancellationToken cancellationToken)
    {
        byte[] piece = Encoding.UTF8.GetBytes(new string(' ', 1_024));
        return Hostile.RepeatAsync(
            Held,
            _ => hostile.HoldAsync("POST /api/emotion HTTP/1.1", async stream =>
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes("Content-Type: application/json\r\nContent-Length: 4000000\r\n\r\n{"), cancellationToken);
                while (true)
                {
                    await stream.WriteAsync(piece, cancellationToken);
                    await Task.Delay(_trickle, TimeProvider.System, cancellationToken);
                }
            }, cancellationToken),
            cancellationToken);
    }

    private static async Task DrainAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[4_096];
        while (await stream.ReadAsync(buffer, cancellationToken) > 0)
        {
            // Whatever it says.
        }
    }
}
