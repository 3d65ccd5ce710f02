using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Pipeline.Api.Tests.Hosting;

/// <summary>A body of lines that are made while they are sent; its length is unknown.</summary>
internal sealed class LinesContent : HttpContent
{
    private readonly IEnumerable<string> _lines;

    public LinesContent(IEnumerable<string> lines)
    {
        _lines = lines;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        foreach (var chunk in _lines.Chunk(64))
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', chunk) + "\n"));
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
