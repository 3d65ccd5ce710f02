namespace Pipeline.Core.Files;

/// <summary>
/// Writes a file piece by piece, holding one piece: however large the file and slow its source, no memory grows and no transaction stays open.
/// Until <see cref="FileStore.AddAsync"/> the file is not there; what is given up is taken away, and by retention if its process died.
/// </summary>
public sealed class FileWriter(FileStore store, Guid fileId) : IAsyncDisposable
{
    public const int ChunkBytes = 256 * 1_024;

    private readonly byte[] _buffer = new byte[ChunkBytes];
    private int _filled;
    private int _chunks;
    private bool _isKept;

    public Guid FileId => fileId;

    public long Bytes { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty)
        {
            var length = Math.Min(data.Length, ChunkBytes - _filled);
            data[..length].CopyTo(_buffer.AsMemory(_filled));
            data = data[length..];
            _filled += length;
            Bytes += length;
            if (_filled == ChunkBytes)
            {
                await FlushAsync(cancellationToken);
            }
        }
    }

    /// <summary>Writes out what is still held; nothing is added any more. The caller adds the file's row.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_filled > 0)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>There is a row: the pieces stay.</summary>
    public void Keep() => _isKept = true;

    public async ValueTask DisposeAsync()
    {
        if (!_isKept && _chunks > 0)
        {
            try
            {
                // Whoever stopped the writing must not stop this.
                await store.ForgetAsync(fileId, CancellationToken.None);
            }
            catch (Exception e) when (Postgres.TransientErrors.IsTransient(e))
            {
                // Retention finds them.
            }
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        await store.WriteChunkAsync(fileId, _chunks, _filled == ChunkBytes ? _buffer : _buffer[.._filled], cancellationToken);
        _chunks++;
        _filled = 0;
    }
}
