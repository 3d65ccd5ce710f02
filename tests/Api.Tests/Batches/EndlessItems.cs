namespace Pipeline.Api.Tests.Batches;

/// <summary>The same item many times, in pieces of changing length that cut items anywhere.</summary>
internal sealed class EndlessItems(byte[] item, byte separator, byte? first, int count) : Stream
{
    private readonly byte[] _unit = [.. item, separator];
    private long _at;
    private bool _begun = first is null;
    private int _piece;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (!_begun)
        {
            _begun = true;
            buffer[0] = first!.Value;
            return 1;
        }

        var length = Math.Min(buffer.Length, 1 + (_piece++ * 7_919 % 5_000));
        length = (int)Math.Min(length, ((long)_unit.Length * count) - _at);
        for (var i = 0; i < length; i++)
        {
            buffer[i] = _unit[(_at + i) % _unit.Length];
        }

        _at += length;
        return length;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
