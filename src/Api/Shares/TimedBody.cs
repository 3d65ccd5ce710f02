using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Pipeline.Api.Shares;

/// <summary>Ends bodies that take longer than <see cref="ApiOptions.BodyTimeMax"/> to arrive: just above the least rate one could hold its place for days.</summary>
internal sealed class BodyTime(IOptions<ApiOptions> options, TimeProvider time) : IMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
        {
            context.Request.Body = new TimedBody(context.Request.Body, options.Value.BodyTimeMax, time);
        }

        return next(context);
    }
}

/// <summary>A body that may be read for so long. A client that sends nothing at all is ended by the web server's least rate.</summary>
internal sealed class TimedBody(Stream body, TimeSpan timeMax, TimeProvider time) : Stream
{
    private readonly long _began = time.GetTimestamp();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => body.Length;

    public override long Position { get => body.Position; set => throw new NotSupportedException(); }

    /// <exception cref="BadHttpRequestException">The time is over.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await body.ReadAsync(buffer, cancellationToken);
        return read is 0 || time.GetElapsedTime(_began) <= timeMax
            ? read
            : throw new BadHttpRequestException($"The body takes longer than {timeMax} (Api:BodyTimeMax).", StatusCodes.Status408RequestTimeout);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A body is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
