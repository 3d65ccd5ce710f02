namespace Pipeline.Core.Files;

/// <summary>Reads a file piece by piece. No connection is held in between, so a slow reader costs nobody anything.</summary>
public sealed class StoredFileStream(FileStore store, StoredFile file) : Stream
{
    private byte[] _chunk = [];
    private int _read;
    private int _number;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => file.Bytes;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <exception cref="FileGoneException">It was deleted while it was read.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position == file.Bytes || buffer.IsEmpty)
        {
            return 0;
        }

        if (_read == _chunk.Length)
        {
            _chunk = await store.ReadChunkAsync(file.Id, _number, cancellationToken) ?? throw new FileGoneException(file.Id);
            _number++;
            _read = 0;
        }

        var length = Math.Min(buffer.Length, _chunk.Length - _read);
        _chunk.AsMemory(_read, length).CopyTo(buffer);
        _read += length;
        _position += length;
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A file is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>A file was deleted while it was read.</summary>
public sealed class FileGoneException(Guid fileId) : Exception($"File {fileId} was deleted while it was read.");
