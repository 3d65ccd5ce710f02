using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Pipeline.Bench.Jobs.Http;

/// <summary>Lines that are made while they are sent, so that the client needs no memory for them.</summary>
internal sealed class BatchLines : HttpContent
{
    private const int LinesPerWrite = 256;

    private readonly int _count;
    private readonly Func<int, string> _line;

    /// <param name="count">How many.</param>
    /// <param name="line">By its number, from 0.</param>
    public BatchLines(int count, Func<int, string> line)
    {
        (_count, _line) = (count, line);
        Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        StringBuilder text = new();
        for (int i = 0; i < _count; i++)
        {
            text.Append(_line(i)).Append('\n');
            if (i % LinesPerWrite is LinesPerWrite - 1 || i == _count - 1)
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));
                text.Clear();
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
