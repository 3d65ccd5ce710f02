using System.Buffers;
using Pipeline.Api.Problems;
using Pipeline.Api.Shares;

namespace Pipeline.Api.Documents.Files;

/// <summary>
/// A file on disk while its upload is under way. It has no name there: whatever becomes of this process, nobody finds it, and the
/// disk has its room back.
/// </summary>
internal sealed class UploadFile : IAsyncDisposable
{
    private const int ChunkBytes = 64 * 1_024;

    private readonly FileStream _file;
    private readonly string _directory;
    private readonly SpoolRoom.SpoolShare _share;

    private UploadFile(FileStream file, string directory, SpoolRoom.SpoolShare share) => (_file, _directory, _share) = (file, directory, share);

    public long Bytes => _file.Length;

    /// <exception cref="SpoolException">The disk does not take it.</exception>
    public static UploadFile Open(string? directory, SpoolRoom.SpoolShare share)
    {
        directory ??= Path.GetTempPath();
        var path = Path.Combine(directory, $"pipeline-upload-{Guid.CreateVersion7():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            var file = new FileStream(path, options);
            File.Delete(path);
            return new(file, directory, share);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SpoolException(directory, fault);
        }
    }

    /// <summary>False when it is larger.</summary>
    /// <exception cref="SpoolException">The disk does not take it.</exception>
    /// <exception cref="IOException">The client sends no more.</exception>
    public async Task<bool> FillAsync(Stream source, int bytesMax, CancellationToken cancellationToken)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int read;
            while ((read = await source.ReadAsync(chunk, cancellationToken)) > 0)
            {
                if (_file.Length + read > bytesMax)
                {
                    return false;
                }

                if (_share.Take(read) is { } full)
                {
                    throw new SpoolException(full, cause: null);
                }

                await WriteAsync(chunk.AsMemory(0, read), cancellationToken);
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await _file.WriteAsync(bytes, cancellationToken);
        }
        catch (IOException fault)
        {
            throw new SpoolException(_directory, fault);
        }
    }

    /// <summary>From its beginning on, as often as is wanted.</summary>
    public Stream Read()
    {
        _file.Position = 0;
        return _file;
    }

    /// <summary>Its first bytes.</summary>
    public async Task<byte[]> HeadAsync(int bytes, CancellationToken cancellationToken)
    {
        var head = new byte[(int)Math.Min(bytes, _file.Length)];
        await Read().ReadExactlyAsync(head, cancellationToken);
        return head;
    }

    public ValueTask DisposeAsync()
    {
        _share.Dispose();
        return _file.DisposeAsync();
    }
}

/// <summary>The disk does not take a file.</summary>
internal sealed class SpoolException(Problem problem, Exception? cause) : Exception(problem.Detail, cause)
{
    public SpoolException(string directory, Exception cause)
        : this(new Problem(
            ProblemType.SpoolUnavailable,
            $"The file cannot be written to {directory} while it is read: {cause.Message} Make room there, or set Api:BatchSpoolDirectory to another directory."), cause)
    {
    }

    public Problem Problem => problem;
}
